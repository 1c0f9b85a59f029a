#include "ledger/stored_ends.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "backend/open_backend.hpp"
#include "backend/result_keys.hpp"
#include "ledger/servers.hpp"
#include "message/result_record.hpp"
#include "redis/connection.hpp"

namespace taskworker {
namespace {

// The consumer waits for the answer, and asks again later.
constexpr Millis kAnswer{1000};

bool is_end(const std::string& status) {
    return status == "SUCCESS" || status == "FAILURE" || status == "REVOKED";
}

class NoStoredEnds final : public StoredEnds {
public:
    bool retell(const std::string&) override { return false; }
    bool succeeded(const std::string&) override { return false; }
};

class RedisStoredEnds final : public StoredEnds {
public:
    RedisStoredEnds(
        redis::ConnectionOptions broker, redis::ConnectionOptions results, ResultKeys keys
    )
        : broker_(std::move(broker)), results_(std::move(results)), keys_(std::move(keys)) {}

    bool retell(const std::string& task_id) override {
        return asked([&] {
            if (on_one_server()) return false;
            const auto key = keys_.task(task_id);
            const auto document = results_.call("GET", key);
            if (!is_end(status_in(document))) return false;
            results_.call("PUBLISH", key, document.text);
            return true;
        });
    }
    // On two servers retell() has just seen that there is no end.
    bool succeeded(const std::string& task_id) override {
        return asked([&] {
            return on_one_server() &&
                   status_in(results_.call("GET", keys_.task(task_id))) == "SUCCESS";
        });
    }

private:
    template <class F>
    static bool asked(F&& ask) {
        try {
            return ask();
        } catch (const redis::RedisError& error) {
            throw BackendError(error.what());
        }
    }
    // Asked once; what nobody needs then is closed.
    bool on_one_server() {
        if (!one_server_) {
            one_server_ = are_one_server(broker_, results_);
            broker_.close();
            if (*one_server_) results_.close();
        }
        return *one_server_;
    }
    std::string status_in(const redis::Reply& document) const {
        if (document.nil()) return {};
        const auto record = decode_result(document.text, keys_.serializer);
        return record ? record->status : std::string();
    }

    redis::Connection broker_, results_;
    ResultKeys keys_;
    std::optional<bool> one_server_;
};

}  // namespace

std::unique_ptr<StoredEnds> open_stored_ends(const Settings& settings) {
    if (!stores_results(settings)) return std::make_unique<NoStoredEnds>();
    auto servers = servers_of(settings);
    for (auto* server : {&servers.broker, &*servers.results}) {
        server->timeout = std::min(server->timeout, kAnswer);
        server->connect_timeout = std::min(server->connect_timeout, kAnswer);
    }
    return std::make_unique<RedisStoredEnds>(
        std::move(servers.broker), std::move(*servers.results), ResultKeys(settings)
    );
}

}  // namespace taskworker
