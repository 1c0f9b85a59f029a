#pragma once

#include <optional>
#include <string>

#include "base/log.hpp"
#include "message/event.hpp"

namespace taskworker {

// What the log says of an event: Celery's lines and levels to the letter (wire §5.3, 5.6, 6.2), so
// that people's greps and alarms go on working. Pure.

// Nothing: no line. Asked first, so that no text is made that nobody reads.
std::optional<log::Level> log_level(const Event& event);
std::string log_text(const Event& event);

}  // namespace taskworker
