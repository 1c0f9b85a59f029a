#pragma once

#include <string>
#include <variant>
#include <vector>

#include "canvas/expand.hpp"
#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// What follows a task from its body: the embed of protocol 2, the fields of protocol 1.
struct Links {
    Json callbacks, errbacks;  // null or a list of signatures
    JsonList chain;            // null or the steps to come, the next one last
    Json chord;                // null or the chord's body
    bool operator==(const Links&) const = default;
};

// Why follow-ups cannot be sent: the task fails with it, as in Celery ("Exception raised outside
// body").
using Followed = std::variant<Dispatch, Failure>;

// After a success: the callbacks, then the next step of the chain (celery/app/trace.py:
// _dispatch_callbacks_and_chain). Pure, throws nothing.
Followed follow_success(
    const Links& links, const Json& result, const CurrentTask& task, const Moment& moment
);

// The errbacks of a failure, by where they run (celery/backends/base.py: _call_task_errbacks).
struct Errbacks {
    std::vector<Json> here;  // new style and registered here: called with the error
    Json::array_t sent;      // the others: sent as tasks with the failed one's id
};
Errbacks errbacks_of(const Json& errbacks, const Moment& moment);
Followed send_errbacks(
    const Json::array_t& errbacks, const CurrentTask& failed, const Moment& moment
);

// self.replace(signature): what is sent in the task's place.
struct ReplacedTask {
    std::string id;
    CurrentTask current;
    std::optional<std::string> group, root_id;
    std::optional<int> group_index;
    int nesting = 0;
};
Followed replace_task(
    const Json& signature, const ReplacedTask& task, const Links& links, const Moment& moment
);

Failure failure_of(const CanvasError& error);

}  // namespace taskworker
