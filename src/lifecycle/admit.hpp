#pragma once

#include <variant>

#include "taskworker/outcome.hpp"
#include "taskworker/request.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

struct Run {};
struct Hold {
    TimePoint until;
};
struct Refuse {
    Outcome outcome;  // Unregistered or Revoked (revoked, expired)
};
using Admission = std::variant<Run, Hold, Refuse>;

// May it run, and when? Asked on receipt and again right before the start
// (celery/worker/request.py: maybe_expire, revoked): `now > expires` is strict.
Admission admit(const Request& request, const TaskDef* task, bool revoked, TimePoint now);

}  // namespace taskworker
