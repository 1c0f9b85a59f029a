#pragma once

#include <taskworker/task.hpp>

#include <string>

inline constexpr taskworker::Task<std::string(std::string name)> hello{"greeting.hello", {"name"}};
