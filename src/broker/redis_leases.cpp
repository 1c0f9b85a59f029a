#include "broker/redis_leases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "broker/redis_dead_letters.hpp"
#include "broker/scripts.hpp"
#include "broker/unacked_entry.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"

namespace taskworker {
namespace {

using namespace std::string_view_literals;
constexpr std::size_t kAtOnce = 1000;  // tags per command
constexpr int kToldAtOnce = 16;        // dead workers for one to reap

std::string score(double seconds) { return fmt::format("{:.6f}", seconds); }

}  // namespace

RedisLeases::RedisLeases(RedisSettings settings, Lifetimes lifetimes)
    : with_(std::move(settings)),
      lifetimes_(lifetimes),
      shared_(with_.shared(
          {&broker::kRelease,
           &broker::kHeartbeat,
           &broker::kReap,
           &broker::kReclaim,
           &broker::kPark,
           &broker::kDue,
           &broker::kRestore,
           &broker::kLeave,
           &broker::kUnlock}
      )),
      connection_(shared_->connection()) {}

redis::Reply RedisLeases::run(
    const redis::Script& script,
    std::span<const std::string_view> keys,
    std::span<const std::string> arguments
) {
    const std::vector<std::string_view> views(arguments.begin(), arguments.end());
    return connection_.run(script, keys, views);
}

void RedisLeases::announce() {
    at_once([&] { return beat_now(false); });
}

Leases::Beat RedisLeases::beat() {
    return at_once([&] {
        auto found = beat_now(true);
        found.known = !std::exchange(thought_dead_, false) && found.known;
        return found;
    });
}

// Whoever looks after many over a slow network must not be missed meanwhile. Within a turn.
void RedisLeases::stay_alive() {
    if (with_.now() - beaten_ < lifetimes_.beat) return;
    if (!beat_now(false).known) thought_dead_ = true;
}

Leases::Beat RedisLeases::beat_now(bool look) {
    const auto& keys = with_.keys;
    std::vector<std::string> lists;
    for (const auto& list : with_.presence->served()) lists.push_back(keys.key(list));
    std::vector<std::string_view> names{keys.workers, keys.inboxes, keys.suspects};
    names.insert(names.end(), lists.begin(), lists.end());
    // A second look counts only if those that are suspected had time for a beat of their own.
    const std::array<std::string, 9> arguments{
        with_.presence->id(),
        with_.presence->record(),
        score(lifetimes_.suspect.count()),
        score(lifetimes_.dead.count()),
        look ? score(lifetimes_.beat.count() / 2) : "0",
        with_.script_now(),
        score(0.9 * lifetimes_.beat.count()),
        score(2 * lifetimes_.beat.count()),
        std::to_string(kToldAtOnce)};
    auto reply = run(broker::kHeartbeat, names, arguments);
    beaten_ = with_.now();
    Beat beat;
    beat.known = !reply.items.at(0).is("1");
    for (auto& dead : reply.items.at(1).items) beat.dead.push_back(std::move(dead.text));
    beat.backlog = static_cast<std::size_t>(reply.items.at(2).integer);
    beat.more = reply.items.at(3).is("1");
    return beat;
}

void RedisLeases::leave() {
    in_turn([&] {
        const auto& keys = with_.keys;
        run(broker::kLeave,
            std::array<std::string_view, 2>{keys.workers, keys.inboxes},
            std::array{keys.prefix(), with_.presence->id()});
    });
}

std::vector<std::string> RedisLeases::extend(std::span<const std::string> tags, TimePoint now) {
    return at_once([&] {
        std::vector<std::string> gone;
        connection_.connect();
        for (; !tags.empty(); tags = tags.subspan(std::min(kAtOnce, tags.size()))) {
            const auto some = tags.first(std::min(kAtOnce, tags.size()));
            auto& out = connection_.out();
            out.begin(5 + 2 * some.size());
            out.arg("ZADD"), out.arg(with_.keys.unacked_index);
            out.arg("XX"), out.arg("GT"), out.arg("CH");
            const auto at = score(unix_time(now));
            for (const auto& tag : some) out.arg(at), out.arg(tag);
            auto replies = connection_.round_trip();
            connection_.check(replies.at(0), "ZADD");
            if (static_cast<std::size_t>(replies[0].integer) == some.size()) continue;
            auto lost = missing(some);
            gone.insert(
                gone.end(), std::move_iterator(lost.begin()), std::move_iterator(lost.end())
            );
        }
        return gone;
    });
}

// Neither leased nor marked as started. In this order: a task that begins meanwhile goes from the
// one to the other.
std::vector<std::string> RedisLeases::missing(std::span<const std::string> tags) {
    auto& out = connection_.out();
    const auto started = with_.keys.started(with_.presence->id());
    out.begin(2 + tags.size());
    out.arg("ZMSCORE"), out.arg(with_.keys.unacked_index);
    for (const auto& tag : tags) out.arg(tag);
    out.begin(2 + tags.size());
    out.arg("HMGET"), out.arg(started);
    for (const auto& tag : tags) out.arg(tag);
    const auto replies = connection_.round_trip();
    connection_.check(replies[0], "ZMSCORE");
    connection_.check(replies[1], "HMGET");
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < tags.size(); ++i)
        if (replies[0].items.at(i).nil() && replies[1].items.at(i).nil()) gone.push_back(tags[i]);
    return gone;
}

std::vector<std::string> RedisLeases::park(std::span<const Parking> parkings) {
    return in_turn([&] {
        std::vector<std::string> lost;
        for (; !parkings.empty(); parkings = parkings.subspan(std::min(kAtOnce, parkings.size()))) {
            std::vector<std::string> arguments;
            for (const auto& parking : parkings.first(std::min(kAtOnce, parkings.size())))
                arguments.insert(arguments.end(), {parking.tag, score(unix_time(parking.due))});
            auto reply =
                run(broker::kPark,
                    std::array<std::string_view, 2>{with_.keys.unacked_index, with_.keys.parked},
                    arguments);
            for (auto& tag : reply.items) lost.push_back(std::move(tag.text));
        }
        return lost;
    });
}

std::vector<Fetched> RedisLeases::claim_due(TimePoint now, std::size_t most) {
    return in_turn([&] {
        const auto& keys = with_.keys;
        auto& tags = with_.presence->tags();
        std::vector<std::string> arguments{
            score(unix_time(now)),
            std::to_string(most),
            tags.prefix(),
            std::to_string(tags.take(most)),
            keys.prefix()};
        for (auto& list : with_.presence->served()) arguments.push_back(std::move(list));
        const auto reply =
            run(broker::kDue,
                std::array<std::string_view, 3>{keys.unacked, keys.unacked_index, keys.parked},
                arguments);
        std::vector<Fetched> result;
        for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
            result.push_back(open(reply.items[i].text, reply.items[i + 1].text));
        return result;
    });
}

std::optional<Delivery> RedisLeases::read(
    const std::string& tag, const std::string& entry, std::string& why
) {
    const auto parts = parse_tag(tag);
    Delivery delivery{
        .tag = tag,
        .queue = {},
        .list = parts ? std::string(parts->list) : "",
        .message = {},
        .request = {}};
    delivery.queue = with_.keys.queue_of(delivery.list);
    auto parsed = parse_envelope(std::string(message_in(entry).value_or(entry)));
    if (auto* malformed = std::get_if<Malformed>(&parsed)) {
        why = std::move(malformed->why);
        return std::nullopt;
    }
    delivery.message = std::move(std::get<Message>(parsed));
    auto decoded = decode(delivery.message, with_.accept_content);
    if (auto* malformed = std::get_if<Malformed>(&decoded)) {
        why = std::move(malformed->why);
        return std::nullopt;
    }
    delivery.request = std::move(std::get<Request>(decoded));
    return delivery;
}

// It was readable when it was leased; but maybe by a worker with other settings.
Fetched RedisLeases::open(const std::string& tag, const std::string& entry) {
    std::string why;
    if (auto delivery = read(tag, entry, why))
        return std::make_shared<const Delivery>(*std::move(delivery));
    const auto parts = parse_tag(tag);
    const std::string queue(with_.keys.queue_of(parts ? parts->list : std::string_view()));
    const auto raw = std::string(message_in(entry).value_or(entry));
    bury(tag, queue, raw, why);
    return DiscardedMessage{.queue = queue, .why = why, .head = raw.substr(0, 200)};
}

// A lease that nobody can read becomes a dead letter.
void RedisLeases::bury(
    const std::string& tag,
    const std::string& queue,
    const std::string& message,
    const std::string& why
) {
    auto& out = connection_.out();
    out.command("MULTI");
    out.command("ZREM", with_.keys.unacked_index, tag);
    write_dead_letter(
        out, with_.keys, with_.presence->node(), {.message = message, .queue = queue, .reason = why}
    );
    out.command("HDEL", with_.keys.unacked, tag);
    out.command("EXEC");
    const auto replies = connection_.round_trip();
    connection_.check(replies.back(), "EXEC");
}

std::uint64_t RedisLeases::connects() {
    return at_once([&] { return connection_.generation(); });
}

std::optional<TimePoint> RedisLeases::lowest(const std::string& sorted_set) {
    return in_turn([&]() -> std::optional<TimePoint> {
        const auto reply = connection_.call("ZRANGE", sorted_set, 0, 0, "WITHSCORES");
        if (reply.items.size() < 2) return std::nullopt;
        return from_unix(reply.items[1].number());
    });
}

std::vector<ParkedTask> RedisLeases::parked(std::size_t from, std::size_t most) {
    return in_turn([&] {
        std::vector<ParkedTask> result;
        if (most == 0) return result;
        const auto range =
            connection_.call("ZRANGE", with_.keys.parked, from, from + most - 1, "WITHSCORES");
        const auto n = range.items.size() / 2;
        if (n == 0) return result;
        auto& out = connection_.out();
        out.begin(2 + n);
        out.arg("HMGET"), out.arg(with_.keys.unacked);
        for (std::size_t i = 0; i < n; ++i) out.arg(range.items[2 * i].text);
        const auto entries = connection_.round_trip();
        connection_.check(entries.at(0), "HMGET");
        for (std::size_t i = 0; i < n; ++i) {
            const auto parts = parse_tag(range.items[2 * i].text);
            result.push_back(
                {.due = from_unix(range.items[2 * i + 1].number()),
                 .queue = parts ? std::string(with_.keys.queue_of(parts->list)) : "",
                 .message = std::string(message_in(entries[0].items.at(i).text).value_or(""))}
            );
        }
        return result;
    });
}

std::size_t RedisLeases::hand_back(std::span<const Handover> leases) {
    return in_turn([&] {
        std::size_t ours = 0;
        const auto& keys = with_.keys;
        for (; !leases.empty(); leases = leases.subspan(std::min(kAtOnce, leases.size()))) {
            std::vector<std::string> arguments;
            for (const auto& lease : leases.first(std::min(kAtOnce, leases.size())))
                arguments.insert(arguments.end(), {lease.tag, keys.key(lease.list), lease.message});
            ours += static_cast<std::size_t>(run(broker::kRelease,
                                                 std::array<std::string_view, 3>{
                                                     keys.unacked, keys.unacked_index, keys.parked},
                                                 arguments)
                                                 .integer);
        }
        return ours;
    });
}

}  // namespace taskworker
