#include <algorithm>

#include "broker/bindings.hpp"
#include "broker/broker_errors.hpp"
#include "broker/queues.hpp"
#include "broker/redis_transport.hpp"

namespace taskworker {
namespace {

class RedisQueues final : public Queues {
public:
    explicit RedisQueues(const RedisSettings& with)
        : keys_(with.keys), connection_(with.connection("queues")) {}

    std::size_t size(std::string_view queue) override {
        return as_broker_error([&] {
            std::size_t count = 0;
            for (const auto& list : keys_.lists(queue)) count += length(keys_.key(list));
            return count;
        });
    }

    std::size_t remove(std::string_view queue, std::size_t most) override {
        return as_broker_error([&] {
            std::size_t count = 0;
            for (const auto& list : keys_.lists(queue)) {
                if (count >= most) break;
                count += trim(keys_.key(list), most - count);
            }
            return count;
        });
    }

    std::vector<std::string> bound_to(std::string_view exchange, std::string_view routing_key)
        override {
        return as_broker_error([&] {
            const auto reply = connection_.call("SMEMBERS", keys_.binding(exchange));
            std::vector<std::string> members;
            for (const auto& item : reply.items) members.push_back(item.text);
            return matching_queues(members, keys_.separator(), routing_key);
        });
    }

private:
    std::size_t length(const std::string& key) {
        return static_cast<std::size_t>(connection_.call("LLEN", key).integer);
    }

    // Messages come in on the left; the right end is the oldest. Both steps at once, so that what
    // is counted is what is deleted.
    std::size_t trim(const std::string& key, std::size_t most) {
        connection_.connect();
        auto& out = connection_.out();
        out.command("MULTI");
        out.command("LLEN", key);
        out.command("LTRIM", key, 0, -static_cast<std::int64_t>(most) - 1);
        out.command("EXEC");
        const auto replies = connection_.round_trip();
        for (const auto& reply : replies) connection_.check(reply, "LTRIM");
        const auto& done = replies.at(3).items;
        if (done.size() != 2) return 0;
        for (const auto& reply : done) connection_.check(reply, "LTRIM");
        return std::min(static_cast<std::size_t>(done[0].integer), most);
    }

    const RedisKeys keys_;
    redis::Connection connection_;
};

}  // namespace

std::unique_ptr<Queues> open_queues(const Settings& settings, std::string who) {
    return std::make_unique<RedisQueues>(redis_settings(settings, std::move(who), "nobody"));
}

}  // namespace taskworker
