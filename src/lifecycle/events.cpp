#include "lifecycle/events.hpp"

#include <cstdint>
#include <variant>

#include "base/iso_time.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

bool sends_events(const TaskDef* task) { return !task || task->options.send_events.value_or(true); }

}  // namespace

Event task_event(Event::Type type, const Request& request, TimePoint at) {
    Event event{.type = type, .at = at};
    event.uuid = request.id;
    event.name = request.display_name();
    if (request.root_id) event.root_id = *request.root_id;
    if (request.parent_id) event.parent_id = *request.parent_id;
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
    event.queue = delivery.queue;
    event.sent = sends_events(task);
    return event;
}

Event started_event(const Delivery& delivery, int pid, TimePoint at, const TaskDef* task) {
    auto event = task_event(Event::Type::TaskStarted, delivery.request, at);
    event.pid = pid;
    event.queue = delivery.queue;
    event.sent = sends_events(task);
    return event;
}

std::optional<Event> sent_event(const Outgoing& message, TimePoint at) {
    const auto parsed = parse_json(message.envelope);
    const auto* envelope = std::get_if<Json>(&parsed);
    if (!envelope || !envelope->is_object()) return std::nullopt;
    const auto headers = envelope->value("headers", Json::object());
    const auto text = [&](const char* name) -> std::optional<std::string> {
        const auto found = headers.find(name);
        if (found == headers.end() || !found->is_string()) return std::nullopt;
        return found->get<std::string>();
    };
    Event event{.type = Event::Type::TaskSent, .at = at};
    event.uuid = text("id").value_or("");
    event.name = text("task").value_or("");
    if (event.uuid.empty()) return std::nullopt;
    event.root_id = text("root_id").value_or("");
    event.parent_id = text("parent_id").value_or("");
    event.args = text("argsrepr");
    event.kwargs = text("kwargsrepr");
    event.eta = text("eta");
    event.expires = text("expires");
    if (const auto retries = headers.find("retries");
        retries != headers.end() && retries->is_number_integer())
        event.retries = static_cast<int>(retries->get<std::int64_t>());
    event.queue = message.queue;
    for (const char* name : {"exchange", "routing_key"}) {
        const auto pointer = Json::json_pointer(std::string("/properties/delivery_info/") + name);
        event.fields[name] = envelope->contains(pointer) ? envelope->at(pointer) : Json("");
    }
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
