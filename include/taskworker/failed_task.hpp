#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

class Context;

// What an errback is told: which task failed, and with what (Celery: request, exc, traceback).
struct FailedTask {
    std::string id, task;
    std::optional<std::string> root_id, parent_id, group;
    Json args = Json::array(), kwargs = Json::object();
    Failure error;
};

namespace detail {

// Of the call that runs an errback. Throws TaskError when it came as an ordinary message.
TASKWORKER_EXPORT FailedTask failed_task_of(const Context& context);

template <class R, class... P>
auto errback_body(std::function<R(const FailedTask&, P...)> body) {
    return [body = std::move(body)](Context& context, P... rest) {
        return body(failed_task_of(context), std::forward<P>(rest)...);
    };
}

template <class R, class... P>
auto errback_body(std::function<R(Context&, const FailedTask&, P...)> body) {
    return [body = std::move(body)](Context& context, P... rest) {
        return body(context, failed_task_of(context), std::forward<P>(rest)...);
    };
}

}  // namespace detail
}  // namespace taskworker
