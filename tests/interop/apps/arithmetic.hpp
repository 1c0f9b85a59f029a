#pragma once

#include "taskworker/json.hpp"

namespace conformance {

// Python's +, * and sum(), with its TypeErrors.
tw::Json add(tw::Json x, const tw::Json& y);
tw::Json mul(const tw::Json& x, const tw::Json& y);
tw::Json tsum(const tw::Json& numbers);

}  // namespace conformance
