#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

#include "broker/queues.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "cli/purge.hpp"
#include "cli/worker_setup.hpp"
#include "client/producer.hpp"

namespace taskworker {
namespace {

bool confirmed(const std::vector<std::string>& queues) {
    fmt::print(stderr, "{}", purge_question(queues));
    std::string answer;
    return std::getline(std::cin, answer) && is_yes(answer);
}

}  // namespace

int run_purge_command(
    const GlobalOptions& global, const PurgeCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    WorkerCommand as_worker;
    as_worker.queues = options.queues;
    as_worker.exclude_queues = options.exclude_queues;
    auto names = queues_of(as_worker, session.settings());
    std::sort(names.begin(), names.end());
    if (!options.force && !confirmed(names)) {
        fmt::print(stderr, "Aborted!\n");
        return kFailed;
    }
    const auto queues = open_queues(session.settings(), producer_name(host_name()));
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    const auto count = purge(*queues, names, [&](const PurgeProgress& now) {
        if (terminal) fmt::print(stderr, "\r\x1b[K{}: {} of {}", now.queue, now.removed, now.all);
    });
    if (terminal) fmt::print(stderr, "\r\x1b[K");
    fmt::print("{}\n", purge_summary(count, names.size()));
    return kDone;
}

}  // namespace taskworker
