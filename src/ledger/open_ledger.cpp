#include "ledger/open_ledger.hpp"

#include <optional>
#include <utility>

#include "backend/open_backend.hpp"
#include "base/url.hpp"
#include "broker/broker_address.hpp"
#include "broker/redis_keys.hpp"
#include "ledger/ordered_ledger.hpp"
#include "ledger/redis_chords.hpp"
#include "ledger/redis_ledger.hpp"
#include "ledger/servers.hpp"

namespace taskworker {
namespace {

std::unique_ptr<redis::Connection> connection_to(
    const std::optional<redis::ConnectionOptions>& options
) {
    return options ? std::make_unique<redis::Connection>(*options) : nullptr;
}

// Asks the servers at the first batch, then is one or the other kind; asks again when the broker's
// connections have moved on to another server.
class UndecidedLedger final : public Ledger {
public:
    UndecidedLedger(Servers servers, LedgerKeys keys, std::string worker)
        : servers_(std::move(servers)), keys_(std::move(keys)), worker_(std::move(worker)) {}

    std::vector<Refusal> apply(std::span<const Entry> batch) override {
        return told(decided().apply(batch));
    }
    std::vector<Refusal> apply_for(const std::string& dead, std::span<const Entry> batch) override {
        return told(decided().apply_for(dead, batch));
    }

private:
    std::vector<Refusal> told(std::vector<Refusal> refusals) {
        note_complete(ledger_->complete_chords());
        return refusals;
    }

    Ledger& decided() {
        const auto turn = servers_.broker.servers->choice().turn;
        if (turn != turn_) ledger_.reset();
        if (!ledger_) ledger_ = decide();
        turn_ = turn;
        return *ledger_;
    }

    std::unique_ptr<Ledger> decide() {
        auto broker = std::make_unique<redis::Connection>(servers_.broker);
        broker->connect();
        keys_.broker_db = broker->url().db;
        if (!servers_.results) keys_.result_db = keys_.broker_db;
        if (!servers_.writer && one_step(*broker))
            return std::make_unique<RedisLedger>(std::move(broker), keys_, worker_);
        return std::make_unique<OrderedLedger>(
            std::move(broker),
            connection_to(servers_.results),
            connection_to(servers_.writer),
            keys_,
            worker_
        );
    }

    // Whether one script at the broker may store the results as well.
    bool one_step(redis::Connection& broker) const {
        if (!servers_.results) return true;
        redis::Connection results(*servers_.results);
        return share_a_server(broker, results, keys_.result_db);
    }

    const Servers servers_;
    LedgerKeys keys_;
    std::string worker_;
    std::unique_ptr<Ledger> ledger_;
    std::uint64_t turn_ = 0;
};

LedgerKeys keys_of(const Settings& settings, const Servers& servers, std::string node) {
    const auto options = parse_transport_options(settings.broker_transport_options);
    LedgerKeys keys{.broker = RedisKeys(options), .node = std::move(node)};
    keys.broker_db = keys.result_db = servers.broker.url.db;
    if (!servers.results) return keys;
    keys.results.emplace(settings);
    keys.result_db = servers.results->url.db;
    if (settings.result_backend_always_retry)
        keys.store_tries = settings.result_backend_max_retries;
    return keys;
}

}  // namespace

std::unique_ptr<ChordLedger> open_chord_ledger(
    const Settings& settings, const std::string& worker_id
) {
    auto servers = servers_of(settings);
    if (!servers.results) return nullptr;
    auto keys = keys_of(settings, servers, {});
    keys.worker = worker_id;
    servers.results->name = servers.broker.name = "taskworker:chords";
    servers.results->scripts = {&kTakeChordScript, &kFinishChordScript};
    // The one that the worker's leases and events use, if they are on the same server.
    return std::make_unique<RedisChords>(
        redis::shared_connection(*servers.results, worker_id),
        connection_to(servers.writer ? servers.writer : servers.broker),
        std::move(keys)
    );
}

std::unique_ptr<Ledger> open_ledger(
    const Settings& settings, std::string node, std::string worker_id
) {
    auto servers = servers_of(settings);
    auto keys = keys_of(settings, servers, std::move(node));
    servers.broker.scripts = {&kSettleScript};
    if (servers.results) servers.results->scripts = {&kResultsScript};
    return std::make_unique<UndecidedLedger>(
        std::move(servers), std::move(keys), std::move(worker_id)
    );
}

}  // namespace taskworker
