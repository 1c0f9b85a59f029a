#pragma once

#include <vector>

#include "taskworker/context.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// celery.chord_unlock: looks again and again whether all parts of a chord have ended. Producers
// whose result backend cannot count send it; ours counts (docs/canvas.md).
TaskDef chord_unlock_task();

}  // namespace taskworker
