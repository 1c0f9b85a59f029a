#include "observe/log_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

using Type = Event::Type;

// str() of a Python float, or of an int where the author wrote one: 0.0015, 2.
std::string float_of(double seconds) { return float_text(seconds); }
std::string number_of(double seconds) {
    if (std::trunc(seconds) == seconds && std::abs(seconds) < 1e15)
        return fmt::format("{}", static_cast<long long>(seconds));
    return float_text(seconds);
}

std::string called(const Event& event) { return fmt::format("{}[{}]", event.name, event.uuid); }

std::string failed_text(const Event& event) {
    if (event.expected)
        return fmt::format("Task {} raised expected: {}", called(event), event.exception);
    auto text = fmt::format("Task {} raised unexpected: {}", called(event), event.exception);
    std::string_view traceback = event.traceback;
    while (traceback.ends_with('\n')) traceback.remove_suffix(1);
    if (!traceback.empty()) text.append("\n").append(traceback);
    return text;
}

// Celery's first line, and help that fits a compiled module.
std::string unregistered_text(const Event& event) {
    const bool kept = event.reason == "dead_letter";
    return fmt::format(
        "Received unregistered task of type '{}'.\n"
        "The message of task {} {}.\n\n"
        "Does the module given with -A register a task of exactly this name? `[tasks]` at the "
        "start "
        "of this log lists those it does.\n"
        "Does this worker listen to a queue that belongs to another app? See -Q and task_routes.",
        event.name,
        event.uuid,
        kept ? "has been kept in the dead-letter list" : "has been ignored and discarded"
    );
}

std::string_view field(const Event& event, const char* name) {
    const auto found = event.fields.find(name);
    return found != event.fields.end() && found->is_string()
               ? std::string_view(found->get_ref<const std::string&>())
               : std::string_view{};
}

std::string discarded_text(const Event& event) {
    auto text = fmt::format("Can't decode message body: {}", event.reason);
    if (const auto queue = field(event, "queue"); !queue.empty())
        text += fmt::format(" [queue:{}]", queue);
    if (!event.uuid.empty()) text += fmt::format(" [task:{}]", called(event));
    text += "; kept in the dead-letter list";
    if (const auto head = field(event, "head"); !head.empty())
        text += fmt::format(", begins: {}", head);
    return text;
}

std::string rejected_text(const Event& event) {
    // celery/exceptions.py: Reject.__repr__; a reason that was not given is None.
    return fmt::format(
        "Task {} reject requeue={}: {}",
        called(event),
        event.requeue ? "True" : "False",
        event.reason.empty() ? "None" : event.reason
    );
}

}  // namespace

std::optional<log::Level> log_level(const Event& event) {
    if (!event.logged) return std::nullopt;
    switch (event.type) {
        case Type::TaskStarted:
            return log::Level::Debug;
        case Type::TaskReceived:
        case Type::TaskSucceeded:
        case Type::TaskRetried:
        case Type::TaskIgnored:
        case Type::Redelivered:
            return log::Level::Info;
        case Type::TaskRevoked:  // a terminated one is told by who terminated it
            return event.terminated ? std::nullopt : std::optional(log::Level::Info);
        case Type::TaskFailed:
            return event.expected ? log::Level::Info : log::Level::Error;
        case Type::TaskRejected:
        case Type::LeaseLost:
        case Type::SoftLimit:
        case Type::ErrbacksNotCalled:
            return log::Level::Warning;
        case Type::TaskUnregistered:
        case Type::HardLimit:
        case Type::WorkerLost:
        case Type::DeadLettered:
            return log::Level::Error;
        case Type::Discarded:
            return log::Level::Critical;
        case Type::TaskCustom:
        case Type::TaskSent:
            return std::nullopt;
    }
    return std::nullopt;
}

std::string log_text(const Event& event) {
    const auto limit = event.limit.value_or(0);
    switch (event.type) {
        case Type::TaskReceived:
            return fmt::format("Task {} received", called(event));
        case Type::TaskStarted:
            return fmt::format("Task accepted: {} pid:{}", called(event), event.pid);
        case Type::TaskSucceeded:
            return fmt::format(
                "Task {} succeeded in {}s: {}",
                called(event),
                float_of(event.runtime.value_or(0)),
                event.result
            );
        case Type::TaskFailed:
            return failed_text(event);
        case Type::TaskRetried:
            return fmt::format("Task {} retry: {}", called(event), event.reason);
        case Type::TaskRejected:
            return rejected_text(event);
        case Type::TaskRevoked:
            return fmt::format("Discarding revoked task: {}", called(event));
        case Type::TaskIgnored:
            return fmt::format(
                "Task {} {}", called(event), event.reason.empty() ? "ignored" : event.reason
            );
        case Type::TaskUnregistered:
            return unregistered_text(event);
        case Type::TaskCustom:
        case Type::TaskSent:
            return {};
        case Type::Discarded:
            return discarded_text(event);
        case Type::LeaseLost:
            return fmt::format(
                "Task {}: its lease is another worker's now, what it did here has no effect",
                called(event)
            );
        case Type::SoftLimit:
            return fmt::format(
                "Soft time limit ({}s) exceeded for {}", number_of(limit), called(event)
            );
        case Type::HardLimit:
            return fmt::format(
                "Hard time limit ({}s) exceeded for {}", number_of(limit), called(event)
            );
        case Type::WorkerLost:
            return fmt::format("Task handler raised error: {}", event.exception);
        case Type::Redelivered:
            return fmt::format("Task {} of a dead worker is back in its queue", called(event));
        case Type::DeadLettered:
            return fmt::format("Task {} is a dead letter: {}", called(event), event.reason);
        case Type::ErrbacksNotCalled:
            return fmt::format(
                "Task {} failed, and its errbacks cannot be sent: {}", called(event), event.reason
            );
    }
    return {};
}

}  // namespace taskworker
