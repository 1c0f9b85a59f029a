#pragma once

#include "task/execute.hpp"

namespace taskworker {

// execute() behind the body's opening: for tests of task authors, who have no message. Never
// throws.
Outcome run_request(
    const TaskDef& task,
    const Request& request,
    TaskPort& port,
    Resources& resources,
    const Moment& moment
);

}  // namespace taskworker
