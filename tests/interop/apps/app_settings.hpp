#pragma once

#include <string>

#include "taskworker/json.hpp"

namespace conformance {

std::string environment(const char* name, const std::string& otherwise = "");

// What the driver of a test says: Celery's settings, those of CONFORMANCE_CONF last.
tw::Json settings_from_environment();

}  // namespace conformance
