#include "observe/log_observer.hpp"

#include "base/log.hpp"
#include "observe/log_text.hpp"

namespace taskworker {

void LogObserver::on(const Event& event) {
    const auto level = log_level(event);
    if (!level || !log::enabled(*level)) return;
    if (event.process.empty()) {
        log::write(*level, log_text(event));
    } else {
        log::write_as(*level, event.process, log_text(event));
    }
}

}  // namespace taskworker
