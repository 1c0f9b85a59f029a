#include "taskworker/run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/daemon.hpp"
#include "cli/exit_code.hpp"
#include "taskworker/errors.hpp"
#include "worker/worker.hpp"

namespace taskworker {
namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

int complain(int code, const std::string& text) {
    fmt::print(stderr, "taskworker: error: {}\n", text);
    return code;
}

// Once: who restarts itself in place is there already.
void go_to(const std::string& directory) {
    constexpr const char* kMark = "TASKWORKER_WORKDIR";  // the process id of who has gone there
    const auto pid = std::to_string(::getpid());
    const char* mark = std::getenv(kMark);
    if (directory.empty() || (mark && mark == pid)) return;
    std::error_code error;
    std::filesystem::current_path(directory, error);
    ::setenv(kMark, pid.c_str(), 1);
    if (error) throw ConfigError(fmt::format("--workdir {}: {}", directory, error.message()));
}

int dispatch(const Invocation& said, RegisterTasks linked_in) {
    const auto& global = said.global;
    return std::visit(
        Overloaded{
            [&](const WorkerCommand& c) { return run_worker_command(global, c, linked_in); },
            [&](const CallCommand& c) { return run_call_command(global, c, linked_in); },
            [&](const ResultCommand& c) { return run_result_command(global, c, linked_in); },
            [&](const RemoteCommand& c) {
                return c.status ? run_status_command(global, c, linked_in)
                                : run_remote_command(global, c, linked_in);
            },
            [&](const EventsCommand& c) { return run_events_command(global, c, linked_in); },
            [&](const DlqCommand& c) { return run_dlq_command(global, c, linked_in); },
            [&](const ScheduledCommand& c) { return run_scheduled_command(global, c, linked_in); },
            [&](const RecoverCommand&) { return run_recover_command(global, linked_in); },
            [&](const QueuesCommand& c) { return run_queues_command(global, c, linked_in); },
            [&](const ExplainCommand& c) { return run_explain_command(global, c, linked_in); },
            [&](const ChordCommand& c) { return run_chord_command(global, c, linked_in); },
            [&](const DoctorCommand& c) { return run_doctor_command(global, c, linked_in); },
            [&](const PurgeCommand& c) { return run_purge_command(global, c, linked_in); },
            [&](const ReportCommand& c) { return run_report_command(global, c, linked_in); },
            [&](const RegisteredCommand& c) {
                return run_registered_command(global, c, linked_in);
            },
            [&](const NewCommand& c) { return run_new_command(c); },
            [&](const PoolChildCommand&) { return run_pool_child_command(global, linked_in); },
        },
        said.command
    );
}

int run_arguments(std::vector<std::string> arguments, RegisterTasks linked_in) {
    auto parsed = parse_options(std::move(arguments), process_environment());
    if (const auto* ending = std::get_if<Ending>(&parsed)) {
        fmt::print("{}", ending->out);
        return ending->err.empty() ? ending->code : complain(ending->code, ending->err);
    }
    const auto& said = std::get<Invocation>(parsed);
    go_to(said.global.workdir);
    return dispatch(said, linked_in);
}

// As it was when we began: the file behind it may be a newer one by the time of a restart.
std::string own_path() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

// The same process, the same arguments, everything else anew: program, module, settings.
int start_again(const std::string& program, char** argv) {
    std::fflush(nullptr);
    ::execv(program.c_str(), argv);
    return complain(kFailed, fmt::format("cannot restart {}: {}", program, std::strerror(errno)));
}

}  // namespace

int run(int argc, char** argv, RegisterTasks register_tasks) {
    // The last stop of every exception: a person gets one line, a script a code.
    try {
        const auto program = own_path();
        const int code = run_arguments({argv + std::min(argc, 1), argv + argc}, register_tasks);
        return code == kRestart ? start_again(program, argv) : code;
    } catch (const PidfileTaken& error) {
        fmt::print(stderr, "{}\n", error.what());
        return kCannotCreate;
    } catch (const ConfigError& error) {
        return complain(kUsage, error.what());
    } catch (const BrokerError& error) {
        return complain(kUnavailable, error.what());
    } catch (const BackendError& error) {
        return complain(kUnavailable, error.what());
    } catch (const std::exception& error) {
        return complain(kFailed, error.what());
    }
}

}  // namespace taskworker
