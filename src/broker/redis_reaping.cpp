#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "broker/bindings.hpp"
#include "broker/redis_dead_letters.hpp"
#include "broker/redis_leases.hpp"
#include "broker/scripts.hpp"
#include "broker/unacked_entry.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/publish.hpp"

// The half of RedisLeases that looks after others: dead workers, and kombu's restore.
namespace taskworker {
namespace {

constexpr std::size_t kEntriesAtOnce = 16;  // bodies in one round trip
constexpr std::size_t kRestoreAtOnce = 256;
constexpr Seconds kRenewedWithin{60};  // before its death a worker had renewed all its leases
constexpr Seconds kDeathsRemembered{86400};
constexpr int kAlive = -1, kUnknownLayout = -2;

std::uint64_t number_of(const std::string& tag) {
    const auto parts = parse_tag(tag);
    return parts ? parts->number : 0;
}

}  // namespace

ReapReport RedisLeases::reap(const std::string& worker) {
    return in_turn([&] {
        ReapReport report{.worker = worker, .handed_back = 0, .started = {}, .poisoned = {}};
        stay_alive();
        auto taken = reap_inboxes(worker, false);
        if (!taken) return report;
        report.handed_back = static_cast<std::size_t>(taken->items[0].integer);
        auto tags = leases_of(worker, taken->items[1].number());
        // Tags rise with time: only the oldest can have been running, so only those bear the blame.
        const auto slots = static_cast<std::size_t>(std::max(1.0, taken->items[2].number()));
        std::sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) {
            return number_of(a) > number_of(b);
        });
        const auto innocent = tags.size() - std::min(slots, tags.size());
        for (std::size_t at = 0; at < tags.size();) {
            const auto end =
                std::min({at + kEntriesAtOnce, tags.size(), at < innocent ? innocent : tags.size()}
                );
            const auto some = std::span(tags).subspan(at, end - at);
            reclaim(some, at < innocent ? 0 : some.size(), report);
            at = end;
            stay_alive();
            shared_->give_way();
        }
        report.started = started_by(worker);
        // Again: a waiting connection of a vanished host may have got a message meanwhile.
        const bool all_back = report.started.empty() && report.poisoned.empty();
        if (auto again = reap_inboxes(worker, all_back))
            report.handed_back += static_cast<std::size_t>(again->items[0].integer);
        return report;
    });
}

std::optional<redis::Reply> RedisLeases::reap_inboxes(const std::string& worker, bool all_back) {
    const auto& keys = with_.keys;
    auto reply =
        run(broker::kReap,
            std::array<std::string_view, 3>{keys.workers, keys.inboxes, keys.suspects},
            std::array{
                keys.prefix(),
                worker,
                fmt::format("{}", lifetimes_.dead.count()),
                fmt::format("{}", lifetimes_.forgotten.count()),
                with_.script_now(),
                std::string(all_back ? "1" : "")});
    const auto answer = reply.items.at(0).integer;
    if (answer == kUnknownLayout)
        log::warning(
            "keeper: worker {} is dead, but of a version whose notes we cannot read; left alone",
            worker
        );
    if (answer == kUnknownLayout || answer == kAlive) return std::nullopt;
    return reply;
}

// Scores are the dead one's clock, `seen` is Redis': a minute of difference is allowed either way.
std::vector<std::string> RedisLeases::leases_of(const std::string& worker, double seen) {
    const auto now = unix_time(with_.now());
    auto reply = connection_.call(
        "ZRANGEBYSCORE",
        with_.keys.unacked_index,
        fmt::format("{:.6f}", seen - kRenewedWithin.count()),
        fmt::format("{:.6f}", std::max(now, seen) + kRenewedWithin.count())
    );
    const auto start = tag_start(worker);
    std::vector<std::string> tags;
    for (auto& item : reply.items)
        if (item.text.starts_with(start) && parse_tag(item.text))
            tags.push_back(std::move(item.text));
    return tags;
}

std::size_t RedisLeases::hand_back_unknown(const Known& known) {
    std::vector<Handover> found;
    in_turn([&] {
        constexpr double kDay = 86'400;
        connection_.connect();
        auto tags = leases_of(with_.presence->id(), unix_time(with_.now()) - kDay);
        std::erase_if(tags, known);
        // The newest first: each goes to the front, so the oldest runs next.
        std::sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) {
            return number_of(a) > number_of(b);
        });
        auto& out = connection_.out();
        for (const auto& tag : tags) {
            out.command("ZSCORE", with_.keys.parked, tag);
            out.command("HGET", with_.keys.unacked, tag);
        }
        const auto replies = connection_.round_trip();
        for (std::size_t i = 0; i < tags.size(); ++i) {
            connection_.check(replies[2 * i], "ZSCORE");
            connection_.check(replies[2 * i + 1], "HGET");
            const auto raw = message_in(replies[2 * i + 1].text);
            if (!replies[2 * i].nil() || !raw) continue;  // parked belongs to nobody
            found.push_back({tags[i], std::string(parse_tag(tags[i])->list), std::string(*raw)});
        }
    });
    return found.empty() ? 0 : hand_back(found);
}

void RedisLeases::reclaim(
    std::span<const std::string> tags, std::size_t suspects, ReapReport& report
) {
    const auto& keys = with_.keys;
    auto& out = connection_.out();
    out.begin(2 + tags.size());
    out.arg("HMGET"), out.arg(keys.unacked);
    for (const auto& tag : tags) out.arg(tag);
    auto entries = connection_.round_trip();
    connection_.check(entries.at(0), "HMGET");

    std::vector<std::string> arguments{
        std::to_string(with_.max_deliveries), fmt::format("{:.0f}", kDeathsRemembered.count())};
    std::vector<Delivery> deliveries;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        const auto& entry = entries[0].items.at(i).text;
        const auto raw = message_in(entry);
        if (!raw) continue;  // gone, or not an entry of ours: kombu's restore will see to it
        Delivery delivery{
            .tag = tags[i],
            .queue = {},
            .list = std::string(parse_tag(tags[i])->list),
            .message = {},
            .request = {}};
        delivery.queue = keys.queue_of(delivery.list);
        auto parsed = parse_envelope(std::string(*raw));
        std::string deaths;
        if (auto* message = std::get_if<Message>(&parsed)) {
            delivery.message = std::move(*message);
            auto decoded = decode(delivery.message, with_.accept_content);
            if (auto* request = std::get_if<Request>(&decoded)) {
                delivery.request = std::move(*request);
                if (suspects > 0) deaths = keys.deaths(delivery.request.id);
            }
        }
        arguments.insert(
            arguments.end(),
            {tags[i],
             keys.key(delivery.list),
             mark_redelivered(std::string(*raw)),
             std::move(deaths)}
        );
        deliveries.push_back(std::move(delivery));
    }
    if (deliveries.empty()) return;
    const auto reply =
        run(broker::kReclaim,
            std::array<std::string_view, 3>{keys.unacked, keys.unacked_index, keys.parked},
            arguments);
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
        const auto what = reply.items.at(i).integer;
        if (what == 1) ++report.handed_back;
        if (what == 2) report.poisoned.push_back(std::move(deliveries[i]));
    }
}

std::vector<LostStart> RedisLeases::started_by(const std::string& worker) {
    auto reply = connection_.call("HGETALL", with_.keys.started(worker));
    std::vector<LostStart> result;
    for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
        result.push_back(
            {std::move(reply.items[i].text), worker, std::move(reply.items[i + 1].text)}
        );
    return result;
}

std::size_t RedisLeases::restore_expired(TimePoint now) {
    return in_turn([&]() -> std::size_t {
        stay_alive();
        const auto& keys = with_.keys;
        const auto token =
            fmt::format("{}:{}", with_.presence->id(), with_.presence->tags().take(1));
        const auto expire =
            std::chrono::duration_cast<Millis>(with_.options.unacked_mutex_expire).count();
        if (connection_.call("SET", keys.unacked_mutex, token, "NX", "PX", expire).nil()) return 0;
        const double ceiling = unix_time(now) - with_.options.visibility_timeout.count();
        auto limit = with_.options.unacked_restore_limit.value_or(kRestoreAtOnce);
        auto expired = connection_.call(
            "ZRANGEBYSCORE",
            keys.unacked_index,
            "-inf",
            fmt::format("{:.6f}", ceiling),
            "LIMIT",
            0,
            limit
        );
        std::vector<std::string> tags;
        for (auto& tag : expired.items) tags.push_back(std::move(tag.text));
        // The newest first: each goes to the front, so the oldest runs next.
        std::reverse(tags.begin(), tags.end());
        std::size_t restored = 0;
        for (std::span<const std::string> rest(tags); !rest.empty();) {
            const auto some = rest.first(std::min(kEntriesAtOnce, rest.size()));
            restored += restore(some, ceiling);
            rest = rest.subspan(some.size());
        }
        stay_alive();
        write_dead_letter_trim(connection_.out(), keys, now);
        for (const auto& reply : connection_.round_trip()) connection_.check(reply, "XTRIM");
        run(broker::kUnlock, std::array<std::string_view, 1>{keys.unacked_mutex}, std::array{token}
        );
        return restored;
    });
}

std::size_t RedisLeases::restore(std::span<const std::string> tags, double ceiling) {
    const auto& keys = with_.keys;
    auto& out = connection_.out();
    out.begin(2 + tags.size());
    out.arg("HMGET"), out.arg(keys.unacked);
    for (const auto& tag : tags) out.arg(tag);
    const auto entries = connection_.round_trip();
    connection_.check(entries.at(0), "HMGET");
    std::size_t restored = 0;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        stay_alive();
        shared_->give_way();
        const auto& entry = entries[0].items.at(i);
        const auto read = read_unacked_entry(entry.text);
        if (!entry.nil() && !read) {  // it would end every Python worker that restores it
            bury(tags[i], {}, entry.text, "an entry of `unacked` that cannot be read");
            continue;
        }
        std::vector<std::string> arguments{tags[i], fmt::format("{:.6f}", ceiling), ""};
        if (read) {
            arguments[2] = mark_redelivered(read->message);
            auto targets = targets_of(tags[i], read->exchange, read->routing_key, read->priority);
            if (targets.empty()) {  // kombu would drop it
                bury(
                    tags[i],
                    read->routing_key,
                    read->message,
                    "no queue is bound to exchange " + read->exchange
                );
                continue;
            }
            std::move(targets.begin(), targets.end(), std::back_inserter(arguments));
        }
        const auto why = try_restore(arguments, restored);
        if (why.starts_with("WRONGTYPE")) {
            bury(tags[i], read->routing_key, read->message, why);
        } else if (!why.empty()) {
            log::warning("keeper: {} cannot be restored by us: {}", tags[i], why);
        }
    }
    return restored;
}

// Why a list does not take it: it is none, or the ACL denies it to us. Empty: it does.
std::string RedisLeases::try_restore(
    std::span<const std::string> arguments, std::size_t& restored
) {
    const auto& keys = with_.keys;
    const auto reply =
        run(broker::kRestore,
            std::array<std::string_view, 3>{keys.unacked, keys.unacked_index, keys.parked},
            arguments);
    if (reply.is_text()) return reply.text;
    restored += static_cast<std::size_t>(reply.integer);
    return {};
}

// The lists a restored message goes to, as kombu finds them (virtual/base.py: _lookup).
std::vector<std::string> RedisLeases::targets_of(
    const std::string& tag,
    const std::string& exchange,
    const std::string& routing_key,
    int priority
) {
    const auto& keys = with_.keys;
    if (exchange.empty()) {
        if (const auto parts = parse_tag(tag)) return {keys.key(parts->list)};
        if (routing_key.empty() && with_.options.deadletter_queue.empty()) return {};
        const auto& queue = routing_key.empty() ? with_.options.deadletter_queue : routing_key;
        return {keys.key(keys.list(queue, priority))};
    }
    auto reply = connection_.call("SMEMBERS", keys.binding(exchange));
    std::vector<std::string> members;
    for (auto& item : reply.items) members.push_back(std::move(item.text));
    auto queues = matching_queues(members, keys.separator(), routing_key);
    if (queues.empty() && !with_.options.deadletter_queue.empty())
        queues = {with_.options.deadletter_queue};
    std::vector<std::string> targets;
    for (const auto& queue : queues) targets.push_back(keys.key(keys.list(queue, priority)));
    return targets;
}

}  // namespace taskworker
