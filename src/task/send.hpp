#pragma once

#include <optional>

#include "taskworker/outcome.hpp"
#include "taskworker/signature.hpp"

namespace taskworker {

// Celery's dict form.
Json as_json(const Signature& signature);

// Why this signature cannot take the place of the task (celery/app/task.py: replace).
std::optional<Failure> check_replacement(const Json& signature);

}  // namespace taskworker
