#include "pool/task_events.hpp"

namespace taskworker {

Event task_event(Event::Type type, const Job& job, int pid) {
    const auto& request = job.delivery->request;
    Event event{.type = type, .at = std::chrono::system_clock::now()};
    event.uuid = request.id;
    event.name = request.display_name();
    event.root_id = request.root_id.value_or("");
    event.parent_id = request.parent_id.value_or("");
    event.retries = request.retries;
    event.pid = pid;
    return event;
}

Event limit_event(Event::Type type, const Job& job, int pid, Seconds limit) {
    auto event = task_event(type, job, pid);
    event.limit = limit.count();
    return event;
}

log::Level log_level(int spdlog_level) {
    switch (spdlog_level) {
        case 0:
        case 1:
            return log::Level::Debug;
        case 3:
            return log::Level::Warning;
        case 4:
            return log::Level::Error;
        case 5:
            return log::Level::Critical;
        default:
            return log::Level::Info;
    }
}

}  // namespace taskworker
