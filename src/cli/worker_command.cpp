#include <unistd.h>

#include <cstdio>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/log_setup.hpp"
#include "cli/node_name.hpp"
#include "cli/shown_settings.hpp"
#include "cli/worker_setup.hpp"
#include "worker/signals.hpp"
#include "worker/worker.hpp"

namespace taskworker {
namespace {

void print_banner(const BannerFacts& facts, bool colour) {
    const auto text = banner(facts, colour && ::isatty(STDOUT_FILENO) == 1);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

// Lines still waiting are written, however the worker ends.
class RunningLog {
public:
    explicit RunningLog(log::Options options) { log::start(std::move(options)); }
    ~RunningLog() { log::stop(); }
    RunningLog(const RunningLog&) = delete;
    RunningLog& operator=(const RunningLog&) = delete;
};

}  // namespace

int run_worker_command(
    const GlobalOptions& global, const WorkerCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::Yes);
    const auto& settings = session.settings();
    WorkerOptions worker;
    worker.node = expand_node_name(options.hostname, host_name());
    worker.queues = queues_of(options, settings, worker.node);
    worker.module_path = session.module().string();
    worker.child_arguments = child_arguments(global, session);
    if (options.without_heartbeat)
        worker.heartbeat.reset();
    else
        worker.heartbeat = Seconds(options.heartbeat_interval);
    worker.conf = [&session](bool all) { return shown_settings(session, all); };
    worker.report = [&session] { return bug_report(session); };
    worker.child_setup = child_setup(global);
    worker.autoscale = autoscale_of(options);

    if (!global.quiet)
        print_banner(
            banner_facts(session, options, worker.node), settings.worker_log_color.value_or(true)
        );
    const Signals masked;  // before the log's thread: it must not be the one that a signal ends
    const RunningLog log(log_options(settings, options.level, worker.node));
    for (const auto& warning : session.loaded().warnings) log::warning("{}", warning);
    return run_worker(session.app(), settings, worker);
}

}  // namespace taskworker
