#pragma once

#include <string>

#include "base/log.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// The worker's log as its settings want it. Throws ConfigError when its file cannot be written.
log::Options log_options(const Settings& settings, log::Level level, const std::string& node);

}  // namespace taskworker
