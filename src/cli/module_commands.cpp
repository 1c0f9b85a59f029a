// `report` and `registered`: what is there, without talking to anybody.
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/registered.hpp"
#include "cli/report.hpp"

namespace taskworker {

int run_report_command(
    const GlobalOptions& global, const ReportCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    fmt::print("{}", options.json ? report_json(session) + "\n" : report_text(session));
    for (const auto& warning : session.loaded().warnings) fmt::print(stderr, "{}\n", warning);
    return kDone;
}

int run_registered_command(
    const GlobalOptions& global, const RegisteredCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::Yes);
    const auto& app = session.app();
    fmt::print("{}", options.json ? registered_json(app) + "\n" : registered_text(app));
    return kDone;
}

}  // namespace taskworker
