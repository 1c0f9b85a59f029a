#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "taskworker/time.hpp"

namespace taskworker::log {

// The pieces that lines are made of; pure but for the zone of the local time.

// "2024-05-01 10:00:00,123", local time.
void append_time(std::string& out, TimePoint at);

// Text of somebody else's in a line: control characters escaped, line breaks kept, "[" at the start
// of a line indented, so that none can pass for a line of its own.
void append_safe(std::string& out, std::string_view text);

// The same for a name that must stay on one line: line breaks are escaped too.
void append_safe_word(std::string& out, std::string_view text);

// A JSON string, in quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_text(std::string& out, std::string_view text);

// The escape sequence that Celery starts a line of this level with; empty for INFO.
std::string_view colour_of(Level level);
inline constexpr std::string_view kColourOff = "\033[0m";

}  // namespace taskworker::log
