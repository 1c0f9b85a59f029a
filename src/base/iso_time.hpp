#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "taskworker/time.hpp"

namespace taskworker {

// ISO 8601 as Celery reads and writes it. Pure.

// What dateutil's isoparse accepts (celery/utils/time.py: maybe_iso8601): date alone, basic and
// extended forms, week and ordinal dates, "Z", "+02:00", "+0200", "+02", comma fractions, 24:00;
// any one character between date and time. A naive time is UTC (maybe_make_aware). Nothing for all
// else. Instants outside 1678–2262 are cut to that range, the one of TimePoint.
std::optional<TimePoint> parse_iso_time(std::string_view text);

// datetime.isoformat() of an aware UTC datetime: "2024-05-01T10:00:00.123456+00:00"; microseconds
// are left out when they are zero.
std::string format_iso_time(TimePoint time);

}  // namespace taskworker
