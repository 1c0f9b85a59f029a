#pragma once

#include <string>

#include "taskworker/app.hpp"

namespace taskworker {

// The tasks of a module: name, parameters with their types and defaults, options that are not the
// default. Pure.
std::string registered_text(const App& app);
std::string registered_json(const App& app);

}  // namespace taskworker
