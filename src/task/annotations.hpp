#pragma once

#include <optional>
#include <string>

#include "taskworker/app.hpp"
#include "taskworker/json.hpp"
#include "taskworker/task_options.hpp"

namespace taskworker {

// Options of a task given as settings, {"rate_limit": "10/s", "acks_late": true}: null is the
// inherited value. Returns the rule that is broken; then some options may be set already. Pure.
std::optional<std::string> annotate_options(TaskOptions& options, const Json& given);

// The rule that the setting task_annotations breaks: null, {task or "*": options}, or a list of
// such objects, of which the first one that names a task counts (celery/app/annotations.py). Pure.
std::optional<std::string> check_annotations(const Json& annotations);

// Does it to all registered tasks: first what names the task, then "*", as Celery.
void annotate(App& app, const Json& annotations);

}  // namespace taskworker
