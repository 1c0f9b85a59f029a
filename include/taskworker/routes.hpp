#pragma once

#include <functional>
#include <string_view>

#include "taskworker/json.hpp"

namespace taskworker {

// A call that is about to be published, as a router sees it.
struct RoutedCall {
    std::string_view task;
    const Json& args;
    const Json& kwargs;
    const Json& options;  // of apply_async(): they win over what the router says
};

// Celery's functions in task_routes: where a call goes. The answer is null (somebody else knows),
// the name of a queue, or options: {{"queue", "sms"}, {"priority", 3}}. A router is asked for every
// call, by several threads at once. What it throws fails the sending.
using Router = std::function<Json(const RoutedCall&)>;

}  // namespace taskworker
