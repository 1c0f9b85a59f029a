#pragma once

#include "task/resources.hpp"

namespace taskworker {

// Offers the result backend to built-in tasks (task/stored_results.hpp); connects at its first use.
void offer_stored_results(Resources& resources);

}  // namespace taskworker
