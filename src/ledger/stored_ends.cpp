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

bool is_end(const std::string& document) {
    const auto record = decode_result(document);
    return record && (record->status == "SUCCESS" || record->status == "FAILURE" ||
                      record->status == "REVOKED");
}

class NoStoredEnds final : public StoredEnds {
public:
    bool retell(const std::string&) override { return false; }
};

class RedisStoredEnds final : public StoredEnds {
public:
    RedisStoredEnds(
        redis::ConnectionOptions broker, redis::ConnectionOptions results, ResultKeys keys
    )
        : broker_(std::move(broker)),
          results_(std::move(results)),
          keys_(std::move(keys)) {}

    bool retell(const std::string& task_id) override {
        try {
            if (!one_server_) one_server_ = are_one_server(broker_, results_);
            if (*one_server_) return false;
            const auto key = keys_.task(task_id);
            const auto document = results_.call("GET", key);
            if (document.nil() || !is_end(document.text)) return false;
            results_.call("PUBLISH", key, document.text);
            return true;
        } catch (const redis::RedisError& error) {
            throw BackendError(error.what());
        }
    }

private:
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
