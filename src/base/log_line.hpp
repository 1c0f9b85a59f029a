#pragma once

#include <string>
#include <string_view>

#include "base/log.hpp"
#include "taskworker/time.hpp"

namespace taskworker::log {

// How a line looks; pure but for the zone of the local time. No line break at the end.
// `text` may have several lines, of which none can pass for a line of its own.
void append_line(
    std::string& out, Level level, TimePoint at, std::string_view process, std::string_view text
);

// As append_line does with the text: control characters escaped, "[" at the start of a line
// indented.
void append_safe(std::string& out, std::string_view text);

// The same for a name that must stay on one line: line breaks are escaped too.
void append_safe_word(std::string& out, std::string_view text);

// The escape sequence that Celery starts a line of this level with; empty for INFO.
std::string_view colour_of(Level level);
inline constexpr std::string_view kColourOff = "\033[0m";

}  // namespace taskworker::log
