#pragma once

#include <functional>
#include <string>

#include "task/execute.hpp"
#include "taskworker/app.hpp"
#include "taskworker/context.hpp"

namespace taskworker {

// User code around one body: the task's hooks and the app's signals, in the order of
// celery/app/trace.py. Never throws: what a handler throws goes to the log.
class Around {
public:
    Around(const TaskDef& task, const App& app, TaskPort& port, Context& context)
        : options_(task.options), handlers_(app.handlers()), port_(port), context_(context) {}

    void begin() const;                      // task_prerun
    void end(const Outcome& outcome) const;  // on_…, its signal, after_return, task_postrun

private:
    void told(const Success& success, const Outcome& outcome) const;
    void told(const Failure& failure, const Outcome& outcome) const;
    void told(const RetryLater& retry, const Outcome& outcome) const;
    template <class Other>
    void told(const Other&, const Outcome&) const {}  // Celery: REJECTED and IGNORED
    void signal(TaskSignal signal, const Outcome& outcome) const;
    void guarded(const char* what, const std::function<void()>& run) const;

    const TaskOptions& options_;
    const Handlers& handlers_;
    TaskPort& port_;
    Context& context_;
};

// Tells a signal of this process; returns what handlers threw, one line each.
std::vector<std::string> tell(ProcessSignal signal, Resources& resources, const std::string& node);

}  // namespace taskworker
