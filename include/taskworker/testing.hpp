#pragma once

#include <string>
#include <utility>
#include <vector>

#include "taskworker/app.hpp"
#include "taskworker/export.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/request.hpp"

// Tests of the task author's own: a task runs in place, without broker, worker or threads, and its
// end is a value. Arguments travel through JSON text as they do in earnest.

namespace taskworker::testing {

// All that a run did.
struct Run {
    struct State {
        std::string state;
        Json meta;
    };
    struct Event {
        std::string type;
        Json fields;
    };
    Outcome outcome;
    std::vector<State> states;     // ctx.update_state()
    std::vector<Event> events;     // ctx.send_event()
    std::vector<Json> sent;        // results of what it sent: [[id, parent], members]
    std::vector<std::string> log;  // "warning: text"
};

// Runs request.task with request.args and kwargs; resources are made afresh with `settings`. A name
// that is not registered gives Unregistered. `soft_limit_struck`: the soft limit strikes at the
// first check().
TASKWORKER_EXPORT Run
record(const App& app, Request request, const Settings& settings, bool soft_limit_struck = false);
TASKWORKER_EXPORT Run record(const App& app, Request request);

inline Outcome run(const App& app, Request request) {
    return record(app, std::move(request)).outcome;
}

// A request for this call, to be changed (retries, headers …) and run.
template <class R, class... P, class... G>
requires AcceptedBy<Task<R(P...)>, G...> Request request(const Task<R(P...)>& task, G&&... given) {
    Signature call = task.s(std::forward<G>(given)...);
    Request made;
    made.id = "test";
    made.task = std::move(call.task);
    made.args = std::move(call.args);
    made.kwargs = std::move(call.kwargs);
    return made;
}

template <class R, class... P, class... G>
requires AcceptedBy<Task<R(P...)>, G...> Outcome
run(const App& app, const Task<R(P...)>& task, G&&... given) {
    return run(app, request(task, std::forward<G>(given)...));
}

}  // namespace taskworker::testing
