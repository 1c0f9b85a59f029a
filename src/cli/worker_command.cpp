#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/log.hpp"
#include "broker/queues.hpp"
#include "cli/commands.hpp"
#include "cli/daemon.hpp"
#include "cli/log_setup.hpp"
#include "cli/node_format.hpp"
#include "cli/node_name.hpp"
#include "cli/purge.hpp"
#include "cli/report.hpp"
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

// Celery's words (celery/apps/worker.py: purge_messages).
void purge_first(const Settings& settings, const WorkerOptions& worker) {
    const auto queues = open_queues(settings, worker.node);
    const auto count = purge(*queues, worker.queues, [](const PurgeProgress&) {});
    if (count == 0) return;
    fmt::print("purge: Erased {} message{} from the queue.\n\n", count, count == 1 ? "" : "s");
    std::fflush(stdout);
}

std::optional<std::string> pidfile_path(const Settings& settings, const std::string& node) {
    const auto& path = settings.worker_pidfile;
    if (!path || path->empty()) return std::nullopt;
    // Absolute: a task may change the directory.
    return std::filesystem::absolute(format_for_node(*path, node, 0, "--pidfile")).string();
}

// What must be right before anybody goes into the background: there nobody hears of it.
class Daemon {
public:
    Daemon(const Settings& settings, const WorkerCommand& options, const std::string& node)
        : path_(pidfile_path(settings, node)), umask_(settings.worker_umask) {
        become(settings.worker_uid, settings.worker_gid);
        warning_ = check_privileges(settings);
        if (path_) Pidfile::check(*path_);
        wanted_ = options.detach && !is_detached();
    }
    bool wanted() const { return wanted_; }
    const std::optional<std::string>& warning() const { return warning_; }

    // Returns in the process that is to be the worker.
    void begin() {
        std::optional<Detached> detached;
        if (wanted_) detached.emplace(umask_);
        if (path_) pidfile_.emplace(*path_);
        if (detached) detached->ready();
    }
    void end() {
        if (pidfile_) pidfile_->remove();
    }

private:
    std::optional<std::string> path_, warning_;
    std::optional<int> umask_;
    bool wanted_ = false;
    std::optional<Pidfile> pidfile_;
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
    worker.report = [&session] { return report_text(session); };
    worker.child_setup = child_setup(global);
    worker.autoscale = autoscale_of(options);
    if (options.purge) worker.when_connected = [&] { purge_first(settings, worker); };

    Daemon daemon(settings, options, worker.node);
    worker.before_exit = [&] { daemon.end(); };
    auto log_as = log_options(settings, options.level, worker.node);
    if (!global.quiet && !daemon.wanted())
        print_banner(
            banner_facts(session, options, worker.node), settings.worker_log_color.value_or(true)
        );
    daemon.begin();
    const Signals masked;  // before the log's thread: it must not be the one that a signal ends
    const RunningLog log(std::move(log_as));
    for (const auto& warning : session.loaded().warnings) log::warning("{}", warning);
    if (daemon.warning()) log::warning("{}", *daemon.warning());
    return run_worker(session.app(), settings, worker);
}

}  // namespace taskworker
