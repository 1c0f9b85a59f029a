#pragma once

#include <string>
#include <string_view>

#include "taskworker/config.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// Whether the system's time zone database has a zone of this name ("Europe/Berlin", "UTC").
bool is_time_zone(std::string_view name);

// isoformat() of the time in the zone of the site: `timezone`; without it UTC, or the machine's own
// zone when enable_utc is off (celery/app/base.py: timezone, now). A name that the database does
// not have (any more) means UTC: the instant is right in every zone. Any thread.
std::string format_iso_time(TimePoint time, const Settings& settings);

}  // namespace taskworker
