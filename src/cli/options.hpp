#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/log.hpp"
#include "cli/load_config.hpp"
#include "cli/option_variables.hpp"

namespace taskworker {

// What the command line says. Pure: nothing is loaded, opened or looked up.

struct GlobalOptions {
    std::string app;  // -A; empty: not given
    std::optional<std::filesystem::path> config;
    std::string workdir;  // --workdir; empty: stay
    bool quiet = false;
    bool no_color = false;
    std::vector<Override> overrides;     // flags that are settings, --set, and `task.x=1`
    std::vector<std::string> variables;  // of the environment that stand for options, all there are
};

struct WorkerCommand {
    std::string hostname;  // -n, not yet expanded
    log::Level level = log::Level::Warning;
    std::vector<std::string> queues, exclude_queues;
    bool without_heartbeat = false;
    double heartbeat_interval = 2;  // seconds
    std::string autoscale;          // "10,3"
    bool detach = false;
    bool purge = false;  // --purge
};

struct CallCommand {
    std::string task;
    std::string args, kwargs;  // JSON text; empty: none
    std::string eta, countdown, expires;
    std::string queue, priority;
    std::string serializer, compression;
    std::string exchange, routing_key;
    std::string canvas;  // JSON of a signature, or @file; then there is no task
};

struct ResultCommand {
    std::string id;
    bool json = false, traceback = false, watch = false, tree = false;
    std::optional<double> timeout;  // of --watch, seconds
};

// inspect, control and status.
struct RemoteCommand {
    bool control = false, status = false;
    std::vector<std::string> words;        // the verb and what belongs to it
    std::vector<std::string> destination;  // whole node names; empty: everybody
    double timeout = 1;                    // seconds after the last reply
    bool json = false, list = false;
};

struct EventsCommand {
    bool json = false;
};

struct DlqCommand {
    enum class Action { List, Show, Replay, Purge };
    Action action = Action::List;
    std::vector<std::string> ids;  // of entries or of tasks
    std::string task, reason, queue;
    std::optional<double> older, younger;  // seconds
    bool all = false, yes = false, json = false;
    std::optional<std::size_t> limit;
};

struct ScheduledCommand {
    bool json = false;
    std::optional<std::size_t> limit;
};

struct RecoverCommand {};

struct QueuesCommand {
    std::vector<std::string> queues;  // besides those that workers serve
    bool json = false;
};

struct ExplainCommand {
    std::string id;
    std::vector<std::string> queues;
    double timeout = 1;  // seconds that workers may take to answer
};

struct ChordCommand {
    std::string id;
    std::vector<std::string> queues;
    std::size_t limit = 20;  // parts that are named
};

struct DoctorCommand {
    bool json = false;
};

struct PurgeCommand {
    bool force = false;
    std::vector<std::string> queues, exclude_queues;
};

struct ReportCommand {
    bool json = false;
};

struct RegisteredCommand {
    bool json = false;
};

struct NewCommand {
    std::string name;
    std::string directory;  // empty: the name
};

struct PoolChildCommand {};

struct Invocation {
    GlobalOptions global;
    std::variant<
        WorkerCommand,
        CallCommand,
        ResultCommand,
        RemoteCommand,
        EventsCommand,
        DlqCommand,
        ScheduledCommand,
        RecoverCommand,
        QueuesCommand,
        ExplainCommand,
        ChordCommand,
        DoctorCommand,
        PurgeCommand,
        ReportCommand,
        RegisteredCommand,
        NewCommand,
        PoolChildCommand>
        command;
};

// The program ends here: help, version, or a mistake on the command line (exit code 2).
struct Ending {
    int code = 0;
    std::string out;  // for stdout
    std::string err;  // for stderr, without the program's name
};

// `arguments` without argv[0]; `environment` stands in for options that are not among them.
std::variant<Invocation, Ending> parse_options(
    std::vector<std::string> arguments, const Variables& environment = {}
);

}  // namespace taskworker
