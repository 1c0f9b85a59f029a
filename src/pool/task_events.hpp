#pragma once

#include "base/log.hpp"
#include "message/event.hpp"
#include "pool/pool.hpp"

namespace taskworker {

// An event about a job, as of now.
Event task_event(Event::Type type, const Job& job, int pid);
Event limit_event(Event::Type type, const Job& job, int pid, Seconds limit);

// spdlog's numbers, which TaskPort speaks; what is none of them counts as info.
log::Level log_level(int spdlog_level);

}  // namespace taskworker
