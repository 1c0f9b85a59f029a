#pragma once

#include <optional>
#include <string>

#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// What to try in place of an end that Redis refuses for good, `why` being its words (a result key
// that holds a list, say). First the same without the result, so that all that follows the task
// goes out; then the message into the dead-letter list. Nothing: that was refused as well.
std::optional<Settlement> settle_refused(
    const Settlement& refused, const Delivery& delivery, const std::string& why, TimePoint now
);

}  // namespace taskworker
