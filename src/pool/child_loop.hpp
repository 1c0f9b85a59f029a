#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.hpp"
#include "pool/child_frames.hpp"
#include "pool/child_identity.hpp"
#include "pool/runner.hpp"

namespace taskworker {

// What a child executes.
struct ChildApp {
    ChildIdentity identity;
    std::function<const TaskDef*(std::string_view name)> find;
    Runner run;
    std::vector<std::string> accept = {"json"};  // Settings::accept_content
    WireLimits limits = {};
    // Before the first job, and before an orderly end. What they throw goes to the log.
    std::function<void()> at_start = {}, at_exit = {};
};

// Makes it, in the child, before the first job. What it throws is logged by the parent.
using LoadApp = std::function<ChildApp(const InitFrame& init)>;

// The whole life of a pool child whose descriptors are those of child_process.hpp: says hello,
// executes jobs one at a time in the calling thread, returns the exit code. When the parent is gone
// it does not return: the process ends at once, whatever a task is doing, for the task may be
// restarted elsewhere.
int run_child(const LoadApp& load);

}  // namespace taskworker
