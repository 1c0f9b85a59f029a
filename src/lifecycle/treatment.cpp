#include "lifecycle/treatment.hpp"

#include "task/options.hpp"

namespace taskworker {

Treatment treatment_of(const Request& request, const TaskDef* task, const Settings& settings) {
    static const TaskOptions kNone;
    const auto options = resolve(task ? task->options : kNone, request, settings);
    return {
        .acks_late = options.acks_late,
        .acks_on_failure_or_timeout = options.acks_on_failure_or_timeout,
        .reject_on_worker_lost = options.reject_on_worker_lost,
        .ignore_result = options.ignore_result,
        .store_errors = !options.ignore_result || options.store_errors_even_if_ignored,
        .track_started = options.track_started && !options.ignore_result,
        .send_events = options.send_events};
}

}  // namespace taskworker
