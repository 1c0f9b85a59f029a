#pragma once

#include "taskworker/app.hpp"

namespace taskworker {

// Tells the app's handlers of a message. What they throw goes to the log.
void tell(const App& app, MessageSignal signal, const Request& request);

}  // namespace taskworker
