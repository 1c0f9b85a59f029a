#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/result_keys.hpp"
#include "broker/redis_keys.hpp"
#include "ledger/ledger.hpp"

namespace taskworker {

// A Redis command as its words.
using Words = std::vector<std::string>;

// Where things are in Redis, for one ledger.
struct LedgerKeys {
    RedisKeys broker;
    std::string node;                   // named in dead letters
    std::optional<ResultKeys> results;  // none: results are not stored
    int broker_db = 0, result_db = 0;
    std::optional<int> store_tries = {};  // after which results are dropped; none: never
    std::string worker = {};              // who finishes a chord that is complete
};

// What settle.lua is told about one entry.
struct SettleItem {
    std::string_view tag;
    char kind = 'e';  // see settle.lua
    std::string_view note = {};
    std::vector<Words> commands = {};
    std::string result_key = {};  // empty: nothing is stored
    std::string document = {};
    std::vector<Words> extras = {};  // results.lua: extras
};

// Messages on their way to their lists.
std::vector<Words> pushes(const std::vector<Outgoing>& messages, const LedgerKeys& keys);
// Follow-ups in their order, then what becomes of the message itself.
std::vector<Words> follow_ups(const Entry& entry, const LedgerKeys& keys);
std::vector<Words> disposal(const Settlement& settlement, const LedgerKeys& keys);

// What goes to the result server beside the result: group sizes, results of others, chord parts.
std::vector<Words> extra_effects(
    const std::vector<GroupWrite>& groups,
    const std::vector<ResultRecord>& results,
    const std::vector<ChordPart>& parts,
    const LedgerKeys& keys
);

// The batch as the script wants it. A Start or Progress that is overtaken by an end in the same
// batch is left out: `origin` gives each item's index in the batch.
struct SettleBatch {
    std::vector<SettleItem> items;
    std::vector<std::size_t> origin;
};
SettleBatch settle_batch(std::span<const Entry> batch, const LedgerKeys& keys);

}  // namespace taskworker
