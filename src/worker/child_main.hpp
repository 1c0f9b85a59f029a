#pragma once

#include <functional>
#include <memory>
#include <string>

#include "pool/child_identity.hpp"
#include "taskworker/app.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// What parent and children must agree on: this library, the module's file (empty: linked in) as it
// was loaded, and the tasks with their signatures.
ChildIdentity identity_of(const App& app, const std::string& module);

// The app as a child has loaded it; `owner` keeps it alive.
struct LoadedApp {
    std::shared_ptr<const void> owner;
    const App* app = nullptr;
    const Settings* settings = nullptr;
    std::string module = {};  // the file it came from
};

// A whole `taskworker pool-child`: says hello, executes jobs, returns the exit code. What `load`
// throws is told to the parent, who logs it. `setup` is what the parent has given its pool
// (WorkerOptions::child_setup).
int child_main(const std::function<LoadedApp(const std::string& setup)>& load);

}  // namespace taskworker
