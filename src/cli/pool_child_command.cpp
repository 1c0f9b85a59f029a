#include <memory>

#include "cli/commands.hpp"
#include "worker/child_main.hpp"

namespace taskworker {

// The parent passes its own -A, --config and --set on (worker_setup.hpp: child_arguments), so the
// child builds the same app from the same layers.
int run_pool_child_command(const GlobalOptions& global, RegisterTasks linked_in) {
    return child_main([&]() -> LoadedApp {
        const auto session = std::make_shared<const Session>(global, linked_in, NeedsApp::Yes);
        return {
            .owner = session,
            .app = &session->app(),
            .settings = &session->settings(),
            .module = session->module().string()};
    });
}

}  // namespace taskworker
