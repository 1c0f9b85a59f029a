#pragma once

#include <memory>

#include "backend/result_backend.hpp"
#include "redis/connection.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// The backend for settings.result_backend: Redis, or none (empty, "disabled"), which stores
// nothing. Connects at its first use. Throws ConfigError for a URL nobody understands.
std::unique_ptr<ResultBackend> open_backend(const Settings& settings);

// Whether results are stored at all, and where.
bool stores_results(const Settings& settings);
redis::ConnectionOptions result_server(const Settings& settings);

// Throws ConfigError when result_serializer is not among what may be read.
void check_results_are_accepted(const Settings& settings);

}  // namespace taskworker
