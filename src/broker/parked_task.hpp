#pragma once

#include <optional>
#include <span>
#include <string>

#include "message/delivery.hpp"

namespace taskworker {

// A task that waits for its time, as it lies in the broker.
struct ParkedTask {
    TimePoint due;
    std::string queue, message;
};

// The message in it, read for show: without a tag, for it is nobody's. None: it cannot be read.
std::optional<Delivery> read_parked(const ParkedTask& parked, std::span<const std::string> accept);

}  // namespace taskworker
