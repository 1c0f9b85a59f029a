#include "cli/number_checks.hpp"
#include "cli/option_parser.hpp"

namespace taskworker {

// The options of `taskworker worker`, in Celery's words (celery/bin/worker.py).

void OptionParser::declare_worker() {
    worker_ = command("worker", "Run tasks");
    constexpr auto kWorker = "Worker";
    auto& to = *worker_;
    text(to, "-n,--hostname", worker_options_.hostname, "Node name, e.g. w1@%h")
        ->type_name("NAME")
        ->group(kWorker);
    switch_setting(
        to,
        "-E,--task-events,--events",
        "worker_send_task_events",
        "true",
        "Send events to monitors"
    )
        ->group(kWorker);
    to.add_flag(
          "--without-heartbeat",
          worker_options_.without_heartbeat,
          "Tell monitors nothing of the worker itself"
    )
        ->group(kWorker);
    to.add_option(
          "--heartbeat-interval",
          worker_options_.heartbeat_interval,
          "Seconds between two heartbeats; default: 2"
    )
        ->take_last()
        ->check(seconds_between(0.1, 3600))
        ->type_name("SECONDS")
        ->group(kWorker);
    setting(to, "--http", "worker_http", "Serve /metrics, /livez, /readyz, /startupz here")
        ->type_name("HOST:PORT")
        ->group(kWorker);
    to.footer(
        "Settings may also be given as NAME=VALUE arguments: task.acks_late=true.\n"
        "TERM or INT ends the worker when its tasks have ended, QUIT or a second one at\n"
        "once.\n"
    );
}

void OptionParser::declare_worker_pool() {
    constexpr auto kPool = "Pool";
    auto& to = *worker_;
    setting(to, "-c,--concurrency", "worker_concurrency", "Tasks at a time; default: CPUs")
        ->type_name("N")
        ->group(kPool);
    text(to, "--autoscale", worker_options_.autoscale, "Most and fewest tasks at a time, as needed")
        ->type_name("MAX,MIN")
        ->group(kPool);
    setting(
        to,
        "-P,--pool",
        "worker_pool",
        "prefork (default), threads, solo; eventlet and gevent mean threads"
    )
        ->type_name("KIND")
        ->group(kPool);
    setting(to, "--time-limit", "task_time_limit", "A task is killed after it")
        ->type_name("SECONDS")
        ->group(kPool);
    setting(to, "--soft-time-limit", "task_soft_time_limit", "A task is told to stop after it")
        ->type_name("SECONDS")
        ->group(kPool);
    setting(
        to,
        "--max-tasks-per-child",
        "worker_max_tasks_per_child",
        "A child is replaced after N tasks"
    )
        ->type_name("N")
        ->group(kPool);
    setting(
        to,
        "--max-memory-per-child",
        "worker_max_memory_per_child",
        "A child is replaced when it holds more memory"
    )
        ->type_name("KIB")
        ->group(kPool);
}

void OptionParser::declare_worker_queues() {
    constexpr auto kQueues = "Queues";
    auto& to = *worker_;
    list(
        to, "-Q,--queues", worker_options_.queues, "Queues to consume; default: task_default_queue"
    )
        ->type_name("A,B")
        ->group(kQueues);
    list(to, "-X,--exclude-queues", worker_options_.exclude_queues, "Queues not to consume")
        ->type_name("A,B")
        ->group(kQueues);
    to.add_flag("--purge,--discard", worker_options_.purge, "Delete what is in them first")
        ->group(kQueues);
    // 0 is "as set elsewhere", as in Celery (`value or conf`).
    const auto prefetch = [this](const std::string& text) {
        if (text != "0")
            global_.overrides.push_back(
                {"worker_prefetch_multiplier", text, "--prefetch-multiplier"}
            );
    };
    to.add_option_function<std::string>("--prefetch-multiplier", prefetch, "Messages held per slot")
        ->type_name("N")
        ->group(kQueues);
    switch_setting(
        to,
        "--disable-prefetch",
        "worker_disable_prefetch",
        "true",
        "Fetch a message only when a slot is free"
    )
        ->group(kQueues);
}

void OptionParser::declare_worker_log_and_daemon() {
    constexpr auto kLog = "Log", kDaemon = "Daemon";
    auto& to = *worker_;
    text(to, "-l,--loglevel", level_, "DEBUG, INFO, WARNING (default), ERROR, CRITICAL")
        ->type_name("LEVEL")
        ->group(kLog);
    setting(to, "-f,--logfile", "worker_logfile", "Default: stderr. Expands %n, %h, %p, %i, %I")
        ->type_name("FILE")
        ->group(kLog);
    setting(to, "--log-format", "worker_log_type", "text (default) or json, an object per line")
        ->type_name("FORM")
        ->group(kLog);
    to.add_flag("-D,--detach", worker_options_.detach, "Go on in the background")->group(kDaemon);
    setting(to, "--pidfile", "worker_pidfile", "Holds the process id; only one worker may have it")
        ->type_name("FILE")
        ->group(kDaemon);
    setting(to, "--uid", "worker_uid", "Become this user")->type_name("USER")->group(kDaemon);
    setting(to, "--gid", "worker_gid", "Get this group")->type_name("GROUP")->group(kDaemon);
    setting(to, "--umask", "worker_umask", "With --detach: bits that files do not get, e.g. 022")
        ->type_name("MODE")
        ->group(kDaemon);
}

// What scripts written for Celery's worker pass and what has no meaning here.
void OptionParser::declare_worker_accepted() {
    constexpr auto kAccepted = "Accepted, without effect";
    auto& to = *worker_;
    to.add_flag("--without-gossip")->description("There is no gossip")->group(kAccepted);
    to.add_flag("--without-mingle")->description("There is no mingle")->group(kAccepted);
    text(to, "-O,--optimization", ignored_, "Work always goes to who is free, as with fair")
        ->type_name("NAME")
        ->group(kAccepted);
    text(to, "-I,--include", ignored_, "Tasks come from the module of -A")
        ->type_name("A,B")
        ->group(kAccepted);
    text(to, "-S,--statedb", ignored_, "Revoked ids are kept in Redis, for all workers")
        ->type_name("FILE")
        ->group(kAccepted);
    text(to, "--executable", ignored_, "Of Python")->type_name("FILE")->group(kAccepted);
    text(to, "-s,--schedule-filename,--schedule", ignored_, "Of beat")
        ->type_name("FILE")
        ->group(kAccepted);
    text(to, "--scheduler", ignored_, "Of beat")->type_name("CLASS")->group(kAccepted);
}

}  // namespace taskworker
