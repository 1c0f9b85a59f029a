#pragma once

#include <memory>
#include <string>

#include "ledger/ledger.hpp"
#include "ledger/settle_command.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Broker and results in one server (the same db or two): a batch is one script step.
class RedisLedger final : public Ledger {
public:
    RedisLedger(std::unique_ptr<redis::Connection> connection, LedgerKeys keys, std::string worker);

    std::vector<Refusal> apply(std::span<const Entry> batch) override;
    std::vector<Refusal> apply_for(const std::string& dead_worker, std::span<const Entry> batch)
        override;

private:
    std::unique_ptr<redis::Connection> connection_;
    LedgerKeys keys_;
    std::string worker_;
};

// What a batch came to.
struct Applied {
    std::vector<Refusal> refusals;
    std::vector<std::string> chords;  // complete now
};

// Runs settle.lua once for these items; throws RedisError. Refusals carry indexes into `items`.
Applied run_settle(
    redis::Connection& connection,
    const LedgerKeys& keys,
    const std::string& worker,
    std::span<const SettleItem> items
);
// A script's answer: {index (from 1), why, …}, {group, …}
Applied applied_in(const redis::Reply& reply);
extern const redis::Script kSettleScript;

}  // namespace taskworker
