#include <memory>

#include "cli/commands.hpp"
#include "cli/worker_setup.hpp"
#include "worker/child_main.hpp"

namespace taskworker {

// The parent passes its own -A, --config and settings on (worker_setup.hpp), so the child builds
// the same app from the same layers.
int run_pool_child_command(const GlobalOptions& global, RegisterTasks linked_in) {
    return child_main([&](const std::string& setup) -> LoadedApp {
        auto options = global;
        options.overrides = overrides_in(setup);
        const auto session = std::make_shared<const Session>(options, linked_in, NeedsApp::Yes);
        return {
            .owner = session,
            .app = &session->app(),
            .settings = &session->settings(),
            .module = session->module().string()};
    });
}

}  // namespace taskworker
