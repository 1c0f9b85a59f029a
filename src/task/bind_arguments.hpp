#pragma once

#include <string>
#include <variant>
#include <vector>

#include "taskworker/task_def.hpp"

namespace taskworker {

// The call does not fit the parameters: the text of Python's TypeError.
struct BindError {
    std::string why;  // "add() missing 1 required positional argument: 'y'"
};

// Python's calling rules (CPython 3.11, Python/ceval.c: initialize_locals, and its words): one
// value per parameter in their order; *args is a list, **kwargs an object. Pure. The function's
// name in the texts is the last part of the task's name, as it is for a Python task.
std::variant<std::vector<Json>, BindError> bind_arguments(
    const TaskDef& task, const Json& args, const Json& kwargs
);

}  // namespace taskworker
