#include "observe/log_observer.hpp"

#include "base/log.hpp"
#include "observe/log_text.hpp"

namespace taskworker {

void LogObserver::on(const Event& event) {
    const auto level = log_level(event);
    if (level && log::enabled(*level)) log::write(*level, log_text(event));
}

}  // namespace taskworker
