#pragma once

#include <optional>
#include <string>

#include "base/moment.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// The mark of an early-ack task that has begun. Its note is all that a reaper needs to tell the end
// of the task should its worker die (lost.hpp: settle_lost_start).
Start start_of(const Delivery& delivery, const TaskDef* task, const Settings& settings);

// track_started is on and the result is not ignored.
bool tracks_started(const Request& request, const TaskDef& task, const Settings& settings);

// STARTED {"pid": …, "hostname": …}.
Progress started_progress(const Delivery& delivery, int pid, const Moment& moment);

// A state the task has set itself; `meta` is JSON text and is stored as it is.
Progress progress_of(
    const Delivery& delivery, const std::string& state, std::string meta, const Moment& moment
);

}  // namespace taskworker
