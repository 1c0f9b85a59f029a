#include "lifecycle/treatment.hpp"

namespace taskworker {

Treatment treatment_of(const Request& request, const TaskDef* task, const Settings& settings) {
    static const TaskOptions kNone;
    const auto& own = task ? task->options : kNone;
    Treatment t;
    t.acks_late = own.acks_late.value_or(settings.task_acks_late);
    t.acks_on_failure_or_timeout =
        own.acks_on_failure_or_timeout.value_or(settings.task_acks_on_failure_or_timeout);
    t.reject_on_worker_lost =
        own.reject_on_worker_lost.value_or(settings.task_reject_on_worker_lost);
    // celery/app/trace.py: get_actual_ignore_result
    t.ignore_result =
        request.ignore_result.value_or(own.ignore_result.value_or(settings.task_ignore_result));
    t.store_errors =
        !t.ignore_result ||
        own.store_errors_even_if_ignored.value_or(settings.task_store_errors_even_if_ignored);
    t.track_started = !t.ignore_result && own.track_started.value_or(settings.task_track_started);
    t.send_events = own.send_events.value_or(settings.task_send_events);
    return t;
}

}  // namespace taskworker
