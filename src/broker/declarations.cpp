#include "broker/declarations.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace taskworker {
namespace {

constexpr std::int64_t kLeastBindingLife = 3'600'000;  // ms; redis.py: _binding_ttl
constexpr Millis kLongestPause{60'000};

std::int64_t unix_milliseconds(TimePoint at) {
    return std::chrono::duration_cast<Millis>(at.time_since_epoch()).count();
}

}  // namespace

void Declarations::declare(
    redis::CommandWriter& out, std::span<const std::string> queues, TimePoint now
) {
    auto pause = Millis::max();
    for (const auto& name : queues) {
        if (is_broadcast_list(name)) continue;  // no exchange leads there
        const auto queue = queues_.describe(name);
        bind(out, queue, now);
        if (!queue.expires_ms) continue;
        for (const auto& list : keys_.lists(name))
            out.command("PEXPIRE", keys_.key(list), *queue.expires_ms);
        pause = std::min(pause, std::max(Millis(100), Millis(*queue.expires_ms / 3)));
    }
    next_ = pause == Millis::max()
                ? SteadyPoint::max()
                : std::chrono::steady_clock::now() + std::min(pause, kLongestPause);
}

void Declarations::bind(redis::CommandWriter& out, const QueueSpec& queue, TimePoint now) const {
    for (const auto& binding : queue.bindings) {
        const auto member = keys_.binding_member(binding, queue.name);
        out.command("SADD", keys_.binding(binding.exchange), member);
        if (queue.expires_ms) {
            const auto life = std::max(2 * *queue.expires_ms, kLeastBindingLife);
            const auto until = unix_milliseconds(now) + life;
            out.command("ZADD", keys_.binding_deadlines, "GT", until, binding.exchange);
        } else {
            out.command("SADD", keys_.permanent_binding(binding.exchange), member);
        }
    }
}

}  // namespace taskworker
