#include "ledger/redis_ledger.hpp"

#include <charconv>
#include <chrono>
#include <utility>

#include "backend/redis_backend.hpp"
#include "ledger/lua_scripts.hpp"

namespace taskworker {

const redis::Script kSettleScript{
    "settle", ledger::k_settle_lua, {kSucceededLua, ledger::k_results_lua}};

namespace {

constexpr std::size_t kHead = 4;  // broker db, result db, now, n
// tag, kind, note, number of commands, key, ttl, document, number of extras
constexpr std::size_t kPerItem = 8;

std::size_t arguments_of(std::span<const SettleItem> items) {
    std::size_t n = kHead;
    for (const auto& item : items) {
        n += kPerItem;
        for (const auto& words : item.commands) n += 1 + words.size();
        for (const auto& words : item.extras) n += words.size();
    }
    return n;
}

void write_item(redis::CommandWriter& out, const SettleItem& item, const LedgerKeys& keys) {
    out.arg(item.tag);
    out.arg(std::string_view(&item.kind, 1));
    out.arg(item.note);
    out.arg(item.commands.size());
    for (const auto& words : item.commands) {
        out.arg(words.size());
        for (const auto& word : words) out.arg(word);
    }
    out.arg(item.result_key);
    out.arg(keys.results ? std::string_view(keys.results->ttl) : "0");
    out.arg(item.document);
    out.arg(item.extras.size());
    for (const auto& words : item.extras)
        for (const auto& word : words) out.arg(word);
}

void write_batch(
    redis::Connection& connection,
    const LedgerKeys& keys,
    const std::string& worker,
    std::span<const SettleItem> items
) {
    connection.evalsha(kSettleScript, 4, arguments_of(items));
    auto& out = connection.out();
    out.arg(keys.broker.unacked);
    out.arg(keys.broker.unacked_index);
    out.arg(keys.broker.started(worker));
    out.arg(keys.broker.sent(""));
    out.arg(keys.broker_db);
    out.arg(keys.result_db);
    // Seconds are enough: the score of a lease that is given back, renewed within five of them.
    out.arg(std::chrono::duration_cast<std::chrono::seconds>(
                std::chrono::system_clock::now().time_since_epoch()
    )
                .count());
    out.arg(items.size());
    for (const auto& item : items) write_item(out, item, keys);
}

}  // namespace

Applied applied_in(const redis::Reply& reply) {
    Applied applied;
    if (reply.items.size() != 2) return applied;
    const auto& refused = reply.items[0].items;
    for (std::size_t i = 0; i + 1 < refused.size(); i += 2) {
        std::size_t index = 0;
        const auto& text = refused[i].text;
        std::from_chars(text.data(), text.data() + text.size(), index);
        const auto& why = refused[i + 1].text;
        applied.refusals.push_back({.index = index - 1, .lost = why == "lost", .why = why});
    }
    for (const auto& group : reply.items[1].items) applied.chords.push_back(group.text);
    return applied;
}

Applied run_settle(
    redis::Connection& connection,
    const LedgerKeys& keys,
    const std::string& worker,
    std::span<const SettleItem> items
) {
    if (items.empty()) return {};
    connection.connect();
    for (bool again = false;; again = true) {
        write_batch(connection, keys, worker, items);
        const auto replies = connection.round_trip();
        const auto& reply = replies.front();
        if (reply.error() && redis::kind_of(reply.text) == redis::RedisError::Kind::NoScript &&
            !again) {
            connection.load_scripts();
            continue;
        }
        connection.check(reply, "settle");
        return applied_in(reply);
    }
}

RedisLedger::RedisLedger(
    std::unique_ptr<redis::Connection> connection, LedgerKeys keys, std::string worker
)
    : connection_(std::move(connection)), keys_(std::move(keys)), worker_(std::move(worker)) {
    keys_.worker = worker_;
}

std::vector<Refusal> RedisLedger::apply(std::span<const Entry> batch) {
    return apply_for(worker_, batch);
}

std::vector<Refusal> RedisLedger::apply_for(
    const std::string& dead_worker, std::span<const Entry> batch
) {
    const auto script = settle_batch(batch, keys_);
    auto applied = run_settle(*connection_, keys_, dead_worker, script.items);
    note_complete(std::move(applied.chords));
    for (auto& refusal : applied.refusals) refusal.index = script.origin.at(refusal.index);
    return std::move(applied.refusals);
}

}  // namespace taskworker
