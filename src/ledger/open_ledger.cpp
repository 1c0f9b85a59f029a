#include "ledger/open_ledger.hpp"

#include <utility>

#include "backend/open_backend.hpp"
#include "backend/redis_backend.hpp"
#include "base/url.hpp"
#include "broker/redis_keys.hpp"
#include "ledger/ordered_ledger.hpp"
#include "ledger/redis_ledger.hpp"

namespace taskworker {
namespace {

// The process behind a connection: two URLs may lead to one server. Empty if the ACL hides it.
std::string run_id(redis::Connection& connection) {
    connection.connect();
    connection.out().command("INFO", "server");
    const auto replies = connection.round_trip();
    if (replies.front().error()) return {};
    const std::string& text = replies.front().text;
    const auto at = text.find("run_id:");
    return at == std::string::npos ? std::string() : text.substr(at + 7, 40);
}

bool same_address(const RedisUrl& a, const RedisUrl& b) {
    return a.scheme == b.scheme && a.host == b.host && a.port == b.port &&
           a.socket_path == b.socket_path;
}

// SELECT within a script is a right of its own.
bool may_select(redis::Connection& connection, int db) {
    connection.out().command("EVAL", "return redis.pcall('SELECT', ARGV[1])", "0", db);
    return !connection.round_trip().front().error();
}

// Asks the servers at the first batch, then is one or the other kind.
class UndecidedLedger final : public Ledger {
public:
    UndecidedLedger(
        redis::ConnectionOptions broker,
        redis::ConnectionOptions results,
        LedgerKeys keys,
        std::string worker
    )
        : broker_(std::move(broker)),
          results_(std::move(results)),
          keys_(std::move(keys)),
          worker_(std::move(worker)) {}

    std::vector<Refusal> apply(std::span<const Entry> batch) override {
        return decided().apply(batch);
    }
    std::vector<Refusal> apply_for(const std::string& dead, std::span<const Entry> batch) override {
        return decided().apply_for(dead, batch);
    }

private:
    Ledger& decided() {
        if (!ledger_) ledger_ = decide();
        return *ledger_;
    }

    std::unique_ptr<Ledger> decide() const {
        auto broker = std::make_unique<redis::Connection>(broker_);
        auto results = std::make_unique<redis::Connection>(results_);
        const auto id = run_id(*broker);
        const bool one_server =
            broker_.url.user == results_.url.user &&
            (id.empty() ? same_address(broker_.url, results_.url) : id == run_id(*results));
        if (one_server && may_select(*broker, keys_.result_db))
            return std::make_unique<RedisLedger>(std::move(broker), keys_, worker_);
        return std::make_unique<OrderedLedger>(
            std::move(broker), std::move(results), keys_, worker_
        );
    }

    redis::ConnectionOptions broker_, results_;
    LedgerKeys keys_;
    std::string worker_;
    std::unique_ptr<Ledger> ledger_;
};

}  // namespace

std::unique_ptr<Ledger> open_ledger(
    const Settings& settings, std::string node, std::string worker_id
) {
    const auto options = parse_transport_options(settings.broker_transport_options);
    redis::ConnectionOptions broker{
        .url = parse_redis_url(settings.broker_url),
        .name = "taskworker:ledger",
        .scripts = {&kSettleScript},
        .connect_timeout = std::chrono::duration_cast<Millis>(settings.broker_connection_timeout),
        .timeout = std::chrono::duration_cast<Millis>(options.socket_timeout)};
    LedgerKeys keys{.broker = RedisKeys(options), .node = std::move(node)};
    keys.broker_db = keys.result_db = broker.url.db;
    if (!stores_results(settings)) {
        auto connection = std::make_unique<redis::Connection>(std::move(broker));
        return std::make_unique<RedisLedger>(
            std::move(connection), std::move(keys), std::move(worker_id)
        );
    }
    auto results = result_server(settings);
    results.scripts = {&kStoreScript};
    keys.results.emplace(settings);
    keys.result_db = results.url.db;
    return std::make_unique<UndecidedLedger>(
        std::move(broker), std::move(results), std::move(keys), std::move(worker_id)
    );
}

}  // namespace taskworker
