#pragma once

#include <optional>

#include "taskworker/json.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// Why this signature cannot take the place of the task (celery/app/task.py: replace).
std::optional<Failure> check_replacement(const Json& signature);

}  // namespace taskworker
