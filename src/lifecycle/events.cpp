#include "lifecycle/events.hpp"

#include "base/iso_time.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

bool sends_events(const TaskDef* task) { return !task || task->options.send_events.value_or(true); }

}  // namespace

Event task_event(Event::Type type, const Request& request, TimePoint at) {
    Event event{.type = type, .at = at};
    event.uuid = request.id;
    event.name = request.display_name();
    event.root_id = request.root_id.value_or("");
    event.parent_id = request.parent_id.value_or("");
    event.retries = request.retries;
    return event;
}

Event received_event(const Delivery& delivery, TimePoint at, const TaskDef* task) {
    const auto& request = delivery.request;
    auto event = task_event(Event::Type::TaskReceived, request, at);
    if (request.has_argsrepr) {
        event.args = request.argsrepr;
        event.kwargs = request.kwargsrepr;
    }
    // request.py gives them as the parsed datetime prints itself.
    if (request.eta_at) event.eta = format_iso_time(*request.eta_at);
    if (request.expires_at) event.expires = format_iso_time(*request.expires_at);
    event.sent = sends_events(task);
    return event;
}

Event started_event(const Delivery& delivery, int pid, TimePoint at, const TaskDef* task) {
    auto event = task_event(Event::Type::TaskStarted, delivery.request, at);
    event.pid = pid;
    event.sent = sends_events(task);
    return event;
}

Event discarded_event(const DiscardedMessage& message, TimePoint at) {
    Event event{.type = Event::Type::Discarded, .at = at};
    event.reason = message.why;
    event.fields["queue"] = message.queue;
    event.fields["head"] = message.head;
    event.sent = false;
    return event;
}

Event failed_event(const Request& request, const Failure& failure, TimePoint at) {
    auto event = task_event(Event::Type::TaskFailed, request, at);
    event.exception = python_repr(failure);
    event.traceback = failure.traceback;
    event.expected = failure.expected;
    return event;
}

}  // namespace taskworker
