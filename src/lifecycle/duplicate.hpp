#pragma once

#include "base/moment.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"

namespace taskworker {

// The end of a late-ack message whose task has succeeded before: acknowledged, one line in the log,
// nothing stored. What follows the task was sent with its success, in one step.
Settlement settle_duplicate(const Delivery& delivery, const Moment& moment);

}  // namespace taskworker
