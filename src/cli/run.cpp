#include "taskworker/run.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "taskworker/errors.hpp"

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
            [&](const DoctorCommand& c) { return run_doctor_command(global, c, linked_in); },
            [&](const PoolChildCommand&) { return run_pool_child_command(global, linked_in); },
        },
        said.command
    );
}

int run_arguments(std::vector<std::string> arguments, RegisterTasks linked_in) {
    auto parsed = parse_options(std::move(arguments));
    if (const auto* ending = std::get_if<Ending>(&parsed)) {
        fmt::print("{}", ending->out);
        return ending->err.empty() ? ending->code : complain(ending->code, ending->err);
    }
    return dispatch(std::get<Invocation>(parsed), linked_in);
}

}  // namespace

int run(int argc, char** argv, RegisterTasks register_tasks) {
    // The last stop of every exception: a person gets one line, a script a code.
    try {
        return run_arguments({argv + std::min(argc, 1), argv + argc}, register_tasks);
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
