#pragma once

#include <string>
#include <vector>

#include "lifecycle/inflight.hpp"

namespace taskworker {

// What every thread of this process and every child is doing, and every task in hand: the answer to
// USR1, as Celery's cry(). Lines for the log.
std::vector<std::string> cry(
    const std::vector<Inflight::Entry>& held, std::size_t waiting, const std::vector<int>& children
);

}  // namespace taskworker
