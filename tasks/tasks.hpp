#pragma once

#include "taskworker/taskworker.hpp"

namespace shop {

// The shop's tasks without the resources that they use: a test gives them resources of its own.
void add_tasks(tw::App& app);

}  // namespace shop
