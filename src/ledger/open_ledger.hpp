#pragma once

#include <memory>
#include <string>

#include "ledger/ledger.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// The ledger for settings.broker_url and settings.result_backend, speaking for the same worker id
// as open_broker(). Which kind is decided at the first apply(), when the servers can be asked: one
// step per batch if both are one Redis and its rights allow it, else the ordered one. Throws
// ConfigError for what can be seen without a connection. One object per thread.
std::unique_ptr<Ledger> open_ledger(
    const Settings& settings, std::string node, std::string worker_id
);

}  // namespace taskworker
