#pragma once

#include "base/moment.hpp"
#include "taskworker/task_options.hpp"

namespace taskworker {

// Wait before the next attempt of a task that has been retried `retries` times: whole seconds, as
// Celery counts them (celery/utils/time.py: get_exponential_backoff_interval;
// celery/app/autoretry.py makes a factor below one second 1 s). Pure.
Seconds backoff_interval(const RetryBackoff& backoff, int retries, Luck& luck);

}  // namespace taskworker
