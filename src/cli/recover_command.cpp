#include <fmt/format.h>

#include "broker/open_broker.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "worker/recover.hpp"

namespace taskworker {

int run_recover_command(const GlobalOptions& global, RegisterTasks linked_in) {
    const Session session(global, linked_in, NeedsApp::No);
    const auto node = expand_node_name("recover@", host_name());
    const auto done = recover(session.app(), session.settings(), node);
    fmt::print(
        "{} dead worker(s): {} message(s) handed back, {} begun and lost, {} died too often; "
        "{} of Python workers restored\n",
        done.workers,
        done.handed_back,
        done.lost,
        done.poisoned,
        done.restored
    );
    return kDone;
}

}  // namespace taskworker
