#pragma once

#include <optional>
#include <string>

#include "base/moment.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// The end of an early-ack task whose worker died while it ran: it must not run again, so it has
// failed with WorkerLostError, and its chord is told. Nothing when `note` is none of start_of's.
std::optional<Settlement> settle_lost_start(
    const std::string& tag, const std::string& note, const Moment& moment
);

// A message over which processes died too often: dead-letter list, and FAILURE, so that nobody
// waits.
Settlement settle_poisoned(const Delivery& delivery, const TaskDef* task, const Moment& moment);

}  // namespace taskworker
