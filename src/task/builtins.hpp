#pragma once

#include <string_view>

#include "taskworker/task_def.hpp"

namespace taskworker {

// The tasks that every worker has (celery/app/builtins.py): celery.map, celery.accumulate … Null:
// none of them.
const TaskDef* find_builtin(std::string_view name);

}  // namespace taskworker
