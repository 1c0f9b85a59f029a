#pragma once

#include <optional>

#include "message/delivery.hpp"
#include "message/event.hpp"
#include "message/publish.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// The events of a task's life, each with all fields that log and celeryev need (wire §8.2).

// uuid, name (the shadow, if there is one), root, parent and retries: what all have.
Event task_event(Event::Type type, const Request& request, TimePoint at);

Event received_event(const Delivery& delivery, TimePoint at, const TaskDef* task = nullptr);
Event started_event(const Delivery& delivery, int pid, TimePoint at, const TaskDef* task = nullptr);
// task-sent of a message that goes out; nothing when it is no task.
std::optional<Event> sent_event(const Outgoing& message, TimePoint at);
Event discarded_event(const DiscardedMessage& message, TimePoint at);
Event failed_event(const Request& request, const Failure& failure, TimePoint at);

}  // namespace taskworker
