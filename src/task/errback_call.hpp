#pragma once

#include <functional>
#include <string_view>

#include "base/moment.hpp"
#include "message/publish.hpp"
#include "task/execute.hpp"
#include "taskworker/app.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/request.hpp"

namespace taskworker {

// Errbacks of the new style (App::errback) are called in the process in which the task failed,
// with the error; who has none such, a child that died, gets a job of its own for each.

// What Moment::is_errback asks.
std::function<bool(std::string_view)> errbacks_in(const App& app);

// The job's message: the failure travels in a header.
Publication errback_message(
    const Json& errback, const Request& failed, const Failure& failure, const Moment& moment
);

// Calls those of request.errbacks that are registered here as such. What they throw is logged and
// changes nothing.
void call_errbacks(
    const Request& request,
    const Failure& failure,
    TaskPort& port,
    Resources& resources,
    const Moment& moment
);

}  // namespace taskworker
