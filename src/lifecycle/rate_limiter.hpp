#pragma once

#include <optional>

#include "taskworker/config.hpp"
#include "taskworker/task_def.hpp"
#include "taskworker/task_options.hpp"

namespace taskworker {

// kombu's token bucket of capacity 1 (kombu/utils/limits.py: TokenBucket), one per task type and
// worker: the first passes at once, the next 1/rate later. Not thread-safe.
class RateLimiter {
public:
    explicit RateLimiter(RateLimit limit) : limit_(limit) {}

    // Takes the token; or takes nothing and says when to ask again. A rate of 0 is no limit.
    // Who waits asks again at that time, in the order of waiting: the first gets the token, the
    // others a later time, so nobody overtakes.
    std::optional<TimePoint> take(TimePoint now);

    void set(RateLimit limit);  // remote control; the new rate counts from the next token
    RateLimit limit() const { return limit_; }

private:
    RateLimit limit_;
    TimePoint next_{};  // when the next token is there
};

// The limit that counts for a task here: its own, else the app's, none when limits are switched
// off.
RateLimit rate_limit_of(const TaskDef& task, const Settings& settings);

}  // namespace taskworker
