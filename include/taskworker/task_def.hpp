#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "taskworker/json.hpp"
#include "taskworker/task_options.hpp"

namespace taskworker {

class Context;

// One parameter of a task as Python's calling rules see it.
struct Parameter {
    enum class Kind { Plain, Args, KeywordOnly, Kwargs };  // x, *args, x behind *, **kwargs
    std::string name;
    Kind kind = Kind::Plain;
    bool required = true;
    Json fallback = nullptr;  // the value when it is not given and not required
};

// A registered task: what App::task() makes and execute() runs. Immutable once the app is built.
struct TaskDef {
    std::string name;
    std::vector<Parameter> parameters;
    TaskOptions options;
    bool errback = false;   // app.errback(): called in the worker where a task failed
    std::string signature;  // for people: "(mobile: str, code: str) -> str"
    // One bound value per parameter (Args: a list, Kwargs: an object). Throws what the body throws.
    std::function<Json(Context&, std::vector<Json>& bound)> invoke;
};

}  // namespace taskworker
