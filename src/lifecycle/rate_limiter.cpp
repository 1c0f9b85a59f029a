#include "lifecycle/rate_limiter.hpp"

#include <algorithm>

namespace taskworker {
namespace {

constexpr Seconds kLongest{365.0 * 86400};  // "0.000001/h" must not overflow a time point

Seconds interval_of(RateLimit limit) { return std::min(Seconds(1 / limit.per_second()), kLongest); }

}  // namespace

std::optional<TimePoint> RateLimiter::take(TimePoint now) {
    if (!(limit_.per_second() > 0)) return std::nullopt;
    const auto interval = interval_of(limit_);
    // The clock was set back: nobody waits longer than one interval.
    next_ = std::min(next_, now + interval);
    if (now < next_) return next_;
    next_ = now + interval;
    return std::nullopt;
}

void RateLimiter::set(RateLimit limit) { limit_ = limit; }

RateLimit rate_limit_of(const TaskDef& task, const Settings& settings) {
    if (settings.worker_disable_rate_limits) return {};
    if (task.options.rate_limit) return *task.options.rate_limit;
    return settings.task_default_rate_limit.value_or(RateLimit{});
}

}  // namespace taskworker
