#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/moment.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

class Resources;

// What a running task can do to the world outside its function; the pool implements it (in a child
// it writes frames). Every call may come from the task's own threads.
class TaskPort {
public:
    virtual ~TaskPort() = default;
    virtual void update_state(
        const Request& request, const std::string& state, const Json& meta
    ) = 0;
    virtual void send_event(
        const Request& request, const std::string& type, const Json& fields
    ) = 0;
    // Messages that the task sends; they go out while it runs.
    virtual void send(const Request& request, Spawned spawned) = 0;
    virtual void log(
        const Request& request, int level, const std::string& text
    ) = 0;                                           // spdlog's levels
    virtual std::stop_token soft_limit() const = 0;  // requested when the soft limit strikes
    virtual std::stop_token stop() const = 0;        // requested at terminate and at shutdown's end
};

// Opens the body, binds the arguments, calls the function, and turns whatever it returns or throws
// into an Outcome of its final kind (retries and backoff decided, results encoded). The one place
// in the project where an exception becomes a value; never throws.
Outcome execute(
    const TaskDef& task,
    const Delivery& delivery,
    TaskPort& port,
    Resources& resources,
    const Moment& moment
);

}  // namespace taskworker
