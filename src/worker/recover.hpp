#pragma once

#include <cstddef>
#include <string>

#include "taskworker/app.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

struct Recovered {
    std::size_t workers = 0, handed_back = 0, lost = 0, poisoned = 0, restored = 0;
};

// Does once what every worker does all the time: looks until everybody who may be dead has had the
// time to be seen or to be found dead, and brings back what they held. For a fleet whose last
// taskworker is gone for good (docs/operations.md). Throws BrokerError and BackendError.
Recovered recover(const App& app, const Settings& settings, const std::string& node);

}  // namespace taskworker
