#pragma once

#include "cli/options.hpp"
#include "client/producer.hpp"

namespace taskworker {

// The texts of `taskworker call` as a call. Pure. Throws ConfigError, which names the option.
TaskCall read_call(const CallCommand& options);

}  // namespace taskworker
