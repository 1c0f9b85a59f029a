#pragma once

#include <optional>

#include "taskworker/config.hpp"
#include "taskworker/request.hpp"
#include "taskworker/task_options.hpp"

namespace taskworker {

// How one call of a task is treated, nothing left open. retry_backoff, throws and autoretry_for
// have no layers: they stand in TaskOptions only.
struct EffectiveOptions {
    int max_retries = 3;
    Seconds default_retry_delay{180};
    std::optional<Seconds> soft_time_limit = {}, time_limit = {};
    double rate_per_second =
        0;  // 0: unlimited; worker_disable_rate_limits is the consumer's business
    bool acks_late = false;
    bool acks_on_failure_or_timeout = true;
    bool reject_on_worker_lost = false;
    bool ignore_result = false;
    bool store_errors_even_if_ignored = false;
    bool track_started = false;
    bool send_events = true;
};

// request > task > app's settings (celery/app/task.py: Task.from_config). A time limit of 0 is none
// given, in every layer (celery/worker/request.py: `time_limit or task.time_limit`). Pure.
EffectiveOptions resolve(const TaskOptions& task, const Request& request, const Settings& settings);

}  // namespace taskworker
