#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ledger/ledger.hpp"
#include "ledger/settle_command.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Broker and results in two servers, or an ACL that forbids SELECT in scripts: follow-ups, then
// results, then acks, each step for the whole batch. A crash in between repeats work, it never
// loses it: the lease is the last thing to go. Fenced before the first and at the last step.
// When the server of results stays away for more tries than keys.store_tries, results are dropped.
// `results` may be null when none are stored; `writer` is where follow-ups go when that is not the
// broker we read from (broker_write_url).
class OrderedLedger final : public Ledger {
public:
    OrderedLedger(
        std::unique_ptr<redis::Connection> broker,
        std::unique_ptr<redis::Connection> results,
        std::unique_ptr<redis::Connection> writer,
        LedgerKeys keys,
        std::string worker
    );

    std::vector<Refusal> apply(std::span<const Entry> batch) override;
    std::vector<Refusal> apply_for(const std::string& dead_worker, std::span<const Entry> batch)
        override;

private:
    std::optional<SettleItem> before(const SettleItem& item, const Entry& entry) const;
    std::optional<SettleItem> after(const SettleItem& item, const Entry& entry) const;
    std::vector<Refusal> store(std::span<const SettleItem> items);
    std::vector<Refusal> try_to_store(std::span<const SettleItem> items);

    std::vector<Refusal> publish(std::span<const SettleItem> items);

    std::unique_ptr<redis::Connection> broker_, results_, writer_;
    LedgerKeys keys_;
    std::string worker_;
    int failures_ = 0;  // in a row, to reach the server of results
};

// Results on a server of their own; see lua/results_only.lua.
extern const redis::Script kResultsScript;

}  // namespace taskworker
