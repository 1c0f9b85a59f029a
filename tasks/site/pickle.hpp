#pragma once

#include <string>

#include "taskworker/taskworker.hpp"

namespace shop {

// What Python's pickle.loads() makes the same value of: None, bool, int, float, str, list and dict
// of them (protocol 3). Text that is not UTF-8 gets U+FFFD in its wrong places.
std::string pickled(const tw::Json& value);

}  // namespace shop
