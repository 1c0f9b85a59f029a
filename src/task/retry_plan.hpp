#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/moment.hpp"
#include "task/options.hpp"
#include "taskworker/context.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// Celery's Task.retry() as a decision (celery/app/task.py): go back to the queue, or fail because
// no retries are left. `wish.cause` has become `cause` already. Pure. Where Celery waits
// default_retry_delay although the task has retry_backoff, we wait the backoff: that is what people
// who write retry_backoff expect (docs/celery-compatibility.md).
std::variant<RetryLater, Failure> plan_retry(
    const TaskDef& task,
    const Request& request,
    const RetryOptions& wish,
    std::optional<Failure> cause,
    const Moment& moment
);

// What Celery prints of a retry: "Retry in 1s: ValueError('x')", "Retry at 2024-…", or the author's
// text.
std::string retry_text(const RetryLater& retry);

}  // namespace taskworker
