#include "observe/log_observer.hpp"

#include "base/log.hpp"
#include "observe/log_text.hpp"

namespace taskworker {
namespace {

// Celery's, for those who filter by it (celery/worker/strategy.py, celery/app/trace.py …).
std::string_view logger_of(Event::Type type) {
    using enum Event::Type;
    switch (type) {
        case TaskReceived:
            return "celery.worker.strategy";
        case TaskSucceeded:
        case TaskFailed:
        case TaskRetried:
        case TaskIgnored:
        case TaskRejected:
            return "celery.app.trace";
        case TaskUnregistered:
        case Discarded:
            return "celery.worker.consumer.consumer";
        default:
            return "celery.worker.request";
    }
}

}  // namespace

void LogObserver::on(const Event& event) {
    const auto level = log_level(event);
    if (!level || !log::enabled(*level)) return;
    log::write(
        *level,
        {.process = event.process,
         .task = event.name,
         .id = event.uuid,
         .logger = logger_of(event.type)},
        log_text(event)
    );
}

}  // namespace taskworker
