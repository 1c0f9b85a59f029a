#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "message/event.hpp"

namespace taskworker {

// Events as celeryev carries them (celery/events/event.py, dispatcher.py; wire §8). Pure.

// What every event says of its sender.
struct EventSender {
    std::string node;   // "celery@host"
    int utcoffset = 0;  // hours WEST of UTC, as Python has them
    int pid = 0;        // of the worker's main process
};

// "task-received"; nothing: celeryev has no such event, it is our own.
std::optional<std::string_view> celery_type(const Event& event);

// One event as JSON text, appended. False, and nothing appended, when celeryev has none like it.
bool write_task_event(
    std::string& out, const Event& event, const EventSender& sender, std::uint64_t clock
);

// What worker-online, worker-heartbeat and worker-offline say.
struct WorkerNews {
    std::string_view type;  // "worker-heartbeat"
    TimePoint at{};
    double freq = 2.0;
    // Left out when somebody asked for a heartbeat by remote control (control.py: heartbeat).
    struct Load {
        std::size_t active = 0;
        std::uint64_t processed = 0;
        double averages[3] = {};
    };
    std::optional<Load> load;
};
void write_worker_event(
    std::string& out, const WorkerNews& news, const EventSender& sender, std::uint64_t clock
);

// "task-received" → "task.received": how it is routed.
std::string event_routing_key(std::string_view type);

}  // namespace taskworker
