#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "broker/redis_leases.hpp"

// The part of RedisLeases for who has nothing to do: liveness at the least price. Single commands
// in one round trip instead of heartbeat.lua, because a script counts its own and each within it.
namespace taskworker {
namespace {

// In beats. Often enough that a fleet at rest is not taken for a Redis that was paused
// (heartbeat.lua), and seldom enough to be cheap: who is thought dead at rest loses nothing.
constexpr int kRest = 2;
constexpr int kLookAlone = 6;   // nobody else is there: when might one have come, and died?
constexpr double kStepped = 1;  // seconds; a clock that is off by that was set

double ticks() { return Seconds(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double number(std::string_view text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

double RedisLeases::redis_now() const {
    return with_.simulated_now ? unix_time(with_.simulated_now()) : ticks() + clock_.ahead;
}

// Rather too early than too late: who looks at others by it takes them for younger than they are.
void RedisLeases::set_clock(const redis::Reply& time) {
    connection_.check(time, "TIME");
    if (time.items.size() != 2) return;
    clock_.ahead = number(time.items[0].text) + number(time.items[1].text) / 1e6 - ticks();
    clock_.connection = connection_.generation();
}

void RedisLeases::write_rest(bool look) {
    const auto& keys = with_.keys;
    auto& out = connection_.out();
    out.command(
        "ZADD", keys.workers, "XX", "CH", fmt::format("{:.6f}", redis_now()), with_.presence->id()
    );
    if (!look) return;
    const auto lists = with_.presence->served();
    out.begin(1 + std::max<std::size_t>(1, lists.size()));
    out.arg("EXISTS");
    for (const auto& list : lists) out.arg(keys.key(list));
    if (lists.empty()) out.arg(keys.probe("sort"));
    out.command("TIME");
    out.command("ZRANGE", keys.workers, 0, 1, "WITHSCORES");
}

// Who has not been seen for longest, but for us; true: for so long that it may be dead.
bool RedisLeases::look_at(std::span<redis::Reply> replies) {
    set_clock(replies[0]);
    connection_.check(replies[1], "ZRANGE");
    const auto& lowest = replies[1].items;
    auto pause = kLookAlone * lifetimes_.beat;
    bool suspect = false;
    for (std::size_t i = 0; i + 1 < lowest.size(); i += 2) {
        if (lowest[i].text == with_.presence->id()) continue;
        const Seconds left = lifetimes_.suspect - Seconds(redis_now() - lowest[i + 1].number());
        suspect = suspect || left <= Seconds(0);
        pause = std::min(pause, std::clamp(left, lifetimes_.beat, kRest * lifetimes_.beat));
    }
    next_look_ =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyPoint::duration>(pause);
    return suspect;
}

Leases::Rest RedisLeases::rest() {
    return at_once([&] {
        connection_.connect();
        if (clock_.connection != connection_.generation()) set_clock(connection_.call("TIME"));
        Rest rest{.closer = false, .until = kRest * lifetimes_.beat};
        const bool look = std::chrono::steady_clock::now() >= next_look_;
        write_rest(look);
        auto replies = connection_.round_trip();
        connection_.check(replies[0], "ZADD");
        if (look) {
            connection_.check(replies[1], "EXISTS");
            const auto before = clock_.ahead;
            rest.closer = look_at(std::span(replies).subspan(2));
            // By a clock that was set in between we may look dead: beat() has Redis' own.
            rest.closer = rest.closer || std::abs(clock_.ahead - before) > kStepped;
        }
        // Nothing changed: others have thought us dead. Messages that wait: are they fetched?
        rest.closer = rest.closer || replies[0].integer != 1 || (look && replies[1].integer > 0);
        if (rest.closer) rest.until = lifetimes_.beat;
        return rest;
    });
}

}  // namespace taskworker
