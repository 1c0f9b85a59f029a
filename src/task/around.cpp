#include "task/around.hpp"

#include <fmt/format.h>

#include "task/resources.hpp"

namespace taskworker {
namespace {

constexpr int kErrorLevel = 4;  // spdlog's number

std::string text_of_current_exception() {
    try {
        throw;
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

}  // namespace

void Around::guarded(const char* what, const std::function<void()>& run) const {
    try {
        run();
    } catch (...) {
        const auto why = text_of_current_exception();
        port_.log(
            context_.request(),
            kErrorLevel,
            fmt::format("Exception raised outside body: {}: {}", what, why)
        );
    }
}

void Around::begin() const {
    for (const auto& handler : handlers_.before_tasks)
        guarded("task_prerun", [&] { handler(context_); });
}

void Around::signal(TaskSignal signal, const Outcome& outcome) const {
    static constexpr const char* kNames[] = {
        "task_success", "task_failure", "task_retry", "task_postrun"};
    for (const auto& [wanted, handler] : handlers_.of_tasks)
        if (wanted == signal)
            guarded(kNames[static_cast<std::size_t>(signal)], [&, &run = handler] {
                run(context_, outcome);
            });
}

void Around::told(const Success& success, const Outcome& outcome) const {
    if (options_.on_success)
        guarded("on_success", [&] { options_.on_success(context_, success.value); });
    signal(task_success, outcome);
    if (options_.after_return)
        guarded("after_return", [&] { options_.after_return(context_, outcome); });
}

void Around::told(const Failure& failure, const Outcome& outcome) const {
    if (options_.on_failure) guarded("on_failure", [&] { options_.on_failure(context_, failure); });
    signal(task_failure, outcome);
    if (options_.after_return)
        guarded("after_return", [&] { options_.after_return(context_, outcome); });
}

void Around::told(const RetryLater& retry, const Outcome& outcome) const {
    if (options_.on_retry) guarded("on_retry", [&] { options_.on_retry(context_, retry); });
    signal(task_retry, outcome);
}

void Around::end(const Outcome& outcome) const {
    std::visit([&](const auto& end) { told(end, outcome); }, outcome);
    signal(task_postrun, outcome);
}

std::vector<std::string> tell(ProcessSignal signal, Resources& resources, const std::string& node) {
    static constexpr const char* kNames[] = {
        "process_start", "process_stop", "worker_ready", "worker_stop", "worker_shutdown"};
    std::vector<std::string> complaints;
    const Process process(resources, node);
    for (const auto& [wanted, handler] : resources.app().handlers().of_process) {
        if (wanted != signal) continue;
        try {
            handler(process);
        } catch (...) {
            complaints.push_back(fmt::format(
                "Signal handler of {} raised: {}",
                kNames[static_cast<std::size_t>(signal)],
                text_of_current_exception()
            ));
        }
    }
    return complaints;
}

const Settings& Process::settings() const { return made_->settings(); }
void* Process::find_resource(std::type_index type) const { return made_->get(type); }

std::string_view state_of(const Outcome& outcome) {
    static constexpr std::string_view kStates[] = {
        "SUCCESS",
        "FAILURE",
        "RETRY",
        "REJECTED",
        "IGNORED",
        "REVOKED",
        "FAILURE",
        "FAILURE",
        "IGNORED"};
    static_assert(std::size(kStates) == std::variant_size_v<Outcome>);
    return kStates[outcome.index()];
}

}  // namespace taskworker
