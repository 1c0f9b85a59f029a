#pragma once

#include <string>

#include "taskworker/json.hpp"

namespace taskworker {

// One event as `celery events --dump` prints it (celery/events/dumper.py), with its line break.
// Pure.
std::string event_line(const Json& event);

}  // namespace taskworker
