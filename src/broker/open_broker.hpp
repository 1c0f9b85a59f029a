#pragma once

#include <memory>
#include <string>

#include "broker/transport.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// The transport for settings.broker_url. `worker_id` must be unique for every start, never used
// again (letters, digits, '-', '_', '.'); `node` is the name people know ("celery@host"). Throws
// ConfigError for what can be seen without a connection: URL, transport options, worker id.
std::unique_ptr<Transport> open_broker(
    const Settings& settings, std::string node, std::string worker_id
);

}  // namespace taskworker
