#include "ledger/settle_command.hpp"

#include <chrono>
#include <unordered_map>
#include <utility>

#include "broker/redis_dead_letters.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

// So long a complete chord is ours to finish; then any keeper does it.
constexpr std::chrono::seconds kChordGrace{10};

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

SettleItem item_of(const Sending& sending, const LedgerKeys& keys) {
    SettleItem item{
        .tag = sending.tag,
        .kind = sending.tag.empty() ? 'f' : 'k',
        .note = sending.once,
        .commands = pushes(sending.publish, keys)};
    item.extras = extra_effects(sending.groups, {}, {}, keys);
    return item;
}

Words as_command(std::initializer_list<std::string> words) {
    Words extra{"w", std::to_string(words.size())};
    extra.insert(extra.end(), words);
    return extra;
}

void add_group(std::vector<Words>& to, const GroupWrite& group, const ResultKeys& keys) {
    const auto key = keys.group(group.group_id);
    const auto set = [&](const std::string& name, const std::string& value) {
        to.push_back(
            keys.ttl == "0" ? as_command({"SET", name, value})
                            : as_command({"SETEX", name, keys.ttl, value})
        );
    };
    switch (group.kind) {
        case GroupWrite::Kind::Size:
            return set(key + ".s", std::to_string(group.size));
        case GroupWrite::Kind::Saved:
            return set(key, encode_stored(group.document, keys.serializer));
        case GroupWrite::Kind::Grown:
            to.push_back(as_command({"INCR", key + ".t"}));
            if (keys.ttl != "0") to.push_back(as_command({"EXPIRE", key + ".t", keys.ttl}));
    }
}

// The words of count() in results.lua.
Words as_extra(const ChordPart& part, const LedgerKeys& keys) {
    std::string head = "[1, ";
    write_json_string(head, part.task_id);
    head += ", ";
    std::string member = head;
    write_json_string(member, part.state);
    member.append(", ").append(part.result).append("]");
    const auto& results = *keys.results;
    if (results.serializer != Serializer::JsonText)  // told apart as a whole only
        head = member = encode_stored(std::move(member), results.serializer);
    const auto score = !results.chord_ordered ? std::string()
                       : part.index           ? std::to_string(*part.index)
                                              : std::string("+inf");
    const auto deadline = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::now().time_since_epoch() + kChordGrace
    );
    return {
        "p",
        results.group(part.group_id),
        score,
        head,
        member,
        results.ttl,
        results.chords(),
        part.group_id,
        keys.worker,
        std::to_string(deadline.count()),
        part.note};
}

SettleItem item_of(const Settlement& settlement, const LedgerKeys& keys) {
    SettleItem item{.tag = settlement.tag, .commands = pushes(settlement.publish, keys)};
    for (auto& words : disposal(settlement, keys)) item.commands.push_back(std::move(words));
    if (settlement.store) add_result(item, *settlement.store, keys);
    if (!settlement.groups.empty() || !settlement.also_store.empty() || !settlement.chords.empty())
        item.extras =
            extra_effects(settlement.groups, settlement.also_store, settlement.chords, keys);
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

std::vector<Words> pushes(const std::vector<Outgoing>& messages, const LedgerKeys& keys) {
    std::vector<Words> commands;
    for (const auto& outgoing : messages)
        commands.push_back(
            {"LPUSH",
             keys.broker.key(keys.broker.list(outgoing.queue, outgoing.priority)),
             outgoing.envelope}
        );
    return commands;
}

std::vector<Words> follow_ups(const Entry& entry, const LedgerKeys& keys) {
    if (const auto* end = std::get_if<Settlement>(&entry)) return pushes(end->publish, keys);
    if (const auto* sending = std::get_if<Sending>(&entry)) return pushes(sending->publish, keys);
    return {};
}

std::vector<Words> extra_effects(
    const std::vector<GroupWrite>& groups,
    const std::vector<ResultRecord>& results,
    const std::vector<ChordPart>& parts,
    const LedgerKeys& keys
) {
    std::vector<Words> extras;
    if (!keys.results) return extras;
    for (const auto& group : groups) add_group(extras, group, *keys.results);
    for (const auto& record : results)
        extras.push_back(
            {"r",
             keys.results->task(record.id),
             keys.results->ttl,
             encode_result(record, keys.results->serializer)}
        );
    for (const auto& part : parts) extras.push_back(as_extra(part, keys));
    return extras;
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
