#include "ledger/settle_command.hpp"

#include <unordered_map>
#include <utility>

#include "broker/redis_dead_letters.hpp"

namespace taskworker {
namespace {

SettleItem item_of(const Start& start, const LedgerKeys&) {
    return {.tag = start.tag, .kind = 's', .note = start.note};
}

void add_result(SettleItem& item, const ResultRecord& record, const LedgerKeys& keys) {
    if (!keys.results) return;
    item.result_key = keys.results->task(record.id);
    item.document = encode_result(record, keys.results->serializer);
}

SettleItem item_of(const Progress& progress, const LedgerKeys& keys) {
    SettleItem item{.tag = progress.tag, .kind = 'k'};
    add_result(item, progress.record, keys);
    return item;
}

SettleItem item_of(const Settlement& settlement, const LedgerKeys& keys) {
    SettleItem item{.tag = settlement.tag, .commands = follow_ups(settlement, keys)};
    for (auto& words : disposal(settlement, keys)) item.commands.push_back(std::move(words));
    if (settlement.store) add_result(item, *settlement.store, keys);
    return item;
}

// The entry of broker/redis_dead_letters.hpp, as words.
Words dead_letter_command(const Settlement& settlement, const LedgerKeys& keys) {
    return {
        "XADD",
        keys.broker.dead_letters,
        "MAXLEN",
        "~",
        std::to_string(kMostDeadLetters),
        "*",
        "v",
        "1",
        "message",
        settlement.message,
        "queue",
        std::string(keys.broker.queue_of(settlement.list)),
        "reason",
        settlement.dead_letter_reason,
        "worker",
        keys.node,
        "task_id",
        settlement.task_id};
}

// Whether the end of the same task, further on in the batch, makes this entry pointless.
bool overtaken(const Entry& entry, const Settlement& end) {
    if (std::holds_alternative<Start>(entry)) return true;
    const auto* progress = std::get_if<Progress>(&entry);
    return progress && (end.store || progress->record.status == "STARTED");
}

}  // namespace

std::vector<Words> follow_ups(const Settlement& settlement, const LedgerKeys& keys) {
    std::vector<Words> commands;
    for (const auto& outgoing : settlement.publish)
        commands.push_back(
            {"LPUSH",
             keys.broker.key(keys.broker.list(outgoing.queue, outgoing.priority)),
             outgoing.envelope}
        );
    return commands;
}

std::vector<Words> disposal(const Settlement& settlement, const LedgerKeys& keys) {
    switch (settlement.disposition) {
        case Disposition::Ack:
            return {};
        case Disposition::Requeue:
            return {{"LPUSH", keys.broker.key(settlement.list), settlement.message}};
        case Disposition::HandBack:
            return {{"RPUSH", keys.broker.key(settlement.list), settlement.message}};
        case Disposition::DeadLetter:
            return {dead_letter_command(settlement, keys)};
    }
    return {};
}

SettleBatch settle_batch(std::span<const Entry> batch, const LedgerKeys& keys) {
    std::unordered_map<std::string_view, const Settlement*> ends;
    for (const auto& entry : batch)
        if (const auto* end = std::get_if<Settlement>(&entry)) ends.emplace(end->tag, end);
    SettleBatch out;
    out.items.reserve(batch.size());
    out.origin.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (!std::holds_alternative<Settlement>(batch[i])) {
            const auto& tag =
                std::visit([](const auto& e) -> const std::string& { return e.tag; }, batch[i]);
            const auto end = ends.find(tag);
            if (end != ends.end() && overtaken(batch[i], *end->second)) continue;
        }
        out.items.push_back(std::visit([&](const auto& e) { return item_of(e, keys); }, batch[i]));
        out.origin.push_back(i);
    }
    return out;
}

}  // namespace taskworker
