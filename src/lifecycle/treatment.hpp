#pragma once

#include "taskworker/config.hpp"
#include "taskworker/request.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// What the layers (request > task > settings) say about one call, as far as ends are concerned.
struct Treatment {
    bool acks_late = false;
    bool acks_on_failure_or_timeout = true;
    bool reject_on_worker_lost = false;
    bool ignore_result =
        false;  // the header counts when it is not null (Celery 5.6.3), else the task
    bool store_errors = true;    // the errors rule: not ignored, or store_errors_even_if_ignored
    bool track_started = false;  // and not ignored
    bool send_events = true;
    bool operator==(const Treatment&) const = default;
};

// `task` may be null: the settings alone speak then.
Treatment treatment_of(const Request& request, const TaskDef* task, const Settings& settings);

}  // namespace taskworker
