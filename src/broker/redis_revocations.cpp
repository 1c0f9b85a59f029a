#include "broker/redis_revocations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "broker/broker_errors.hpp"

namespace taskworker {
namespace {

constexpr std::int64_t kMostRevoked = 50'000;
constexpr double kRevokedLife = 10'800;  // seconds
constexpr std::size_t kIdsAtOnce = 1000;

}  // namespace

RedisRevocations::RedisRevocations(const RedisSettings& settings)
    : shared_(settings.shared()), connection_(shared_->connection()), key_(settings.keys.revoked) {}

void RedisRevocations::add(std::span<const std::string> ids, TimePoint now) {
    const auto turn = shared_->turn();
    as_broker_error([&] {
        connection_.connect();
        auto& out = connection_.out();
        const auto at = fmt::format("{:.3f}", unix_time(now));
        for (; !ids.empty(); ids = ids.subspan(std::min(kIdsAtOnce, ids.size()))) {
            const auto some = ids.first(std::min(kIdsAtOnce, ids.size()));
            out.begin(2 + 2 * some.size());
            out.arg("ZADD"), out.arg(key_);
            for (const auto& id : some) out.arg(at), out.arg(id);
        }
        out.command(
            "ZREMRANGEBYSCORE", key_, "-inf", fmt::format("{:.3f}", unix_time(now) - kRevokedLife)
        );
        out.command("ZREMRANGEBYRANK", key_, 0, -kMostRevoked - 1);
        out.command("EXPIRE", key_, static_cast<std::int64_t>(kRevokedLife));
        for (const auto& reply : connection_.round_trip()) connection_.check(reply, "ZADD");
    });
}

std::vector<std::string> RedisRevocations::load(TimePoint now) {
    const auto turn = shared_->turn();
    return as_broker_error([&] {
        const auto since = fmt::format("{:.3f}", unix_time(now) - kRevokedLife);
        auto reply = connection_.call("ZRANGEBYSCORE", key_, since, "+inf");
        std::vector<std::string> ids;
        for (auto& item : reply.items) ids.push_back(std::move(item.text));
        return ids;
    });
}

}  // namespace taskworker
