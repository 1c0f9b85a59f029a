#include "ledger/ordered_ledger.hpp"

#include <deque>
#include <optional>
#include <utility>

#include "backend/redis_backend.hpp"
#include "base/log.hpp"
#include "ledger/lua_scripts.hpp"
#include "ledger/redis_ledger.hpp"
#include "ledger/take_back.hpp"

namespace taskworker {

const redis::Script kResultsScript{
    "results", ledger::k_results_only_lua, {kSucceededLua, ledger::k_results_lua}};

namespace {

// The items of a batch on their way through the steps. What one step refuses, no later one sees.
class Passage {
public:
    explicit Passage(SettleBatch batch) : batch_(std::move(batch)), refused_(batch_.items.size()) {}

    // Runs `step` for what `pick` makes of the items that are still on their way.
    template <class Pick, class Step>
    void through(Pick pick, Step step) {
        std::vector<SettleItem> items;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < batch_.items.size(); ++i) {
            if (refused_[i]) continue;
            if (auto item = pick(batch_.items[i], batch_.origin[i])) {
                items.push_back(std::move(*item));
                places.push_back(i);
            }
        }
        if (items.empty()) return;
        for (auto& refusal : step(items)) {
            const auto place = places.at(refusal.index);
            refusal.index = batch_.origin[place];
            refused_[place] = std::move(refusal);
        }
    }

    std::vector<Refusal> refusals() {
        std::vector<Refusal> all;
        for (auto& refusal : refused_)
            if (refusal) all.push_back(std::move(*refusal));
        return all;
    }

private:
    SettleBatch batch_;
    std::vector<std::optional<Refusal>> refused_;
};

}  // namespace

OrderedLedger::OrderedLedger(
    std::unique_ptr<redis::Connection> broker,
    std::unique_ptr<redis::Connection> results,
    std::unique_ptr<redis::Connection> writer,
    LedgerKeys keys,
    std::string worker
)
    : broker_(std::move(broker)),
      results_(std::move(results)),
      writer_(std::move(writer)),
      keys_(std::move(keys)),
      worker_(std::move(worker)) {
    keys_.worker = worker_;
    keys_.result_db = keys_.broker_db;  // settle.lua must not SELECT: its part here is the broker's
}

std::vector<Refusal> OrderedLedger::apply(std::span<const Entry> batch) {
    return apply_for(worker_, batch);
}

std::vector<Refusal> OrderedLedger::apply_for(
    const std::string& dead_worker, std::span<const Entry> batch
) {
    const auto settle = [&](std::span<const SettleItem> items) {
        return run_settle(*broker_, keys_, dead_worker, items).refusals;
    };
    const auto end_at = [&](std::size_t i) { return std::get_if<Settlement>(&batch[i]); };
    const auto store = [&](std::span<const SettleItem> items) { return this->store(items); };
    Passage passage(settle_batch(batch, keys_));
    passage.through(
        [&](const SettleItem& item, std::size_t i) { return before(item, batch[i]); }, store
    );
    passage.through(
        [&](const SettleItem& item, std::size_t i) -> std::optional<SettleItem> {
            SettleItem follow{.tag = item.tag, .kind = item.kind == 'f' ? 'f' : 'k'};
            if (std::holds_alternative<Sending>(batch[i])) follow.note = item.note;
            if (!writer_) follow.commands = follow_ups(batch[i], keys_);
            return follow;
        },
        settle
    );
    if (writer_)
        passage.through(
            [&](const SettleItem& item, std::size_t i) -> std::optional<SettleItem> {
                SettleItem follow{.tag = item.tag, .commands = follow_ups(batch[i], keys_)};
                return follow.commands.empty() ? std::nullopt : std::optional(std::move(follow));
            },
            [&](std::span<const SettleItem> items) { return publish(items); }
        );
    passage.through(
        [&](const SettleItem& item, std::size_t i) { return after(item, batch[i]); },
        [&](std::span<const SettleItem> items) { return try_to_store(items); }
    );
    passage.through(
        [&](const SettleItem& item, std::size_t i) -> std::optional<SettleItem> {
            if (item.kind == 'k' || item.kind == 'f') return std::nullopt;
            SettleItem last{.tag = item.tag, .kind = item.kind, .note = item.note};
            if (const auto* end = end_at(i)) last.commands = disposal(*end, keys_);
            return last;
        },
        settle
    );
    return passage.refusals();
}

// Of one item all goes out or nothing.
std::vector<Refusal> OrderedLedger::publish(std::span<const SettleItem> items) {
    writer_->connect();
    for (const auto& item : items) {
        for (const auto& words : item.commands) {
            writer_->out().begin(words.size());
            for (const auto& word : words) writer_->out().arg(word);
        }
    }
    const auto replies = writer_->round_trip();
    std::vector<Refusal> refusals;
    std::size_t at = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& commands = items[i].commands;
        const auto answers = std::span(replies).subspan(at, commands.size());
        at += commands.size();
        if (const auto* refused = take_back_if_refused(*writer_, commands, answers))
            refusals.push_back({.index = i, .lost = false, .why = refused->text});
    }
    return refusals;
}

// result_backend_max_retries: the task was done, and somebody prefers going on to its result.
std::vector<Refusal> OrderedLedger::try_to_store(std::span<const SettleItem> items) {
    try {
        auto refusals = store(items);
        failures_ = 0;
        return refusals;
    } catch (const redis::RedisError& error) {
        if (!error.connection_lost() || !keys_.store_tries || failures_++ < *keys_.store_tries)
            throw;
        for (const auto& item : items)
            log::error(
                "{} is dropped after {} tries to store it: {}",
                item.result_key,
                failures_,
                error.what()
            );
        return {};
    }
}

// What follow-ups need must be there before somebody runs them.
std::optional<SettleItem> OrderedLedger::before(const SettleItem& item, const Entry& entry) const {
    SettleItem first{.tag = item.tag};
    if (const auto* end = std::get_if<Settlement>(&entry))
        first.extras = extra_effects(end->groups, {}, {}, keys_);
    if (std::holds_alternative<Sending>(entry)) first.extras = item.extras;
    if (first.extras.empty()) return std::nullopt;
    return first;
}

std::optional<SettleItem> OrderedLedger::after(const SettleItem& item, const Entry& entry) const {
    SettleItem last{.tag = item.tag, .result_key = item.result_key, .document = item.document};
    if (const auto* end = std::get_if<Settlement>(&entry))
        last.extras = extra_effects({}, end->also_store, end->chords, keys_);
    if (last.extras.empty() && last.result_key.empty()) return std::nullopt;
    return last;
}

std::vector<Refusal> OrderedLedger::store(std::span<const SettleItem> items) {
    std::vector<std::string_view> words;
    const auto count = std::to_string(items.size());
    words.push_back(count);
    std::deque<std::string> counts;  // addresses stay
    for (const auto& item : items) {
        words.push_back(item.result_key);
        words.push_back(keys_.results->ttl);
        words.push_back(item.document);
        counts.push_back(std::to_string(item.extras.size()));
        words.push_back(counts.back());
        for (const auto& extra : item.extras)
            for (const auto& word : extra) words.push_back(word);
    }
    const auto reply = results_->run(kResultsScript, {}, words);
    results_->check(reply, "store");
    auto applied = applied_in(reply);
    note_complete(std::move(applied.chords));
    return std::move(applied.refusals);
}

}  // namespace taskworker
