#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lifecycle/autoscale.hpp"
#include "taskworker/app.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// What the command line says beside the settings.
struct WorkerOptions {
    std::string node;                 // "celery@host", expanded
    std::vector<std::string> queues;  // empty: settings.task_default_queue
    std::string module_path;          // the .so that children load; empty: statically linked
    std::vector<std::string>
        child_arguments;           // of `taskworker pool-child`, so that it builds the same app
    std::string child_setup = {};  // and what it is told by its parent, seen by nobody
    std::optional<Autoscale> autoscale = {};
    std::optional<Seconds> heartbeat = Seconds(2);  // of events; none: no news of the worker itself
    // For remote control: the settings without secrets, those that are not defaults or all; and
    // what `report` prints.
    std::function<Json(bool with_defaults)> conf = {};
    std::function<std::string()> report = {};
    std::function<void()> when_connected = {};  // before the first message; may throw BrokerError
    std::function<void()> before_exit = {};     // when the process must end without destructors
};

// What run_worker() returns when it is to be started again in place (HUP).
inline constexpr int kRestart = -1;

// Builds the parts, runs until a signal ends it, takes them down in order. Returns the exit code,
// or kRestart. Blocks signals in the calling thread and all it starts: call it from main before
// other threads exist.
int run_worker(const App& app, const Settings& settings, const WorkerOptions& options);

}  // namespace taskworker
