#pragma once

#include <optional>
#include <string>

#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "pool/pool.hpp"
#include "taskworker/app.hpp"

namespace taskworker {

// Errbacks that a worker calls for tasks whose process cannot do it any more. They run in the pool
// like tasks, but nothing is leased: nobody repeats them when this worker dies.

bool is_errback(const Delivery& delivery);

// Nothing when the message is none of errback_message's, or nobody is registered for it.
std::optional<Job> job_of(const PoolJob& job, const App& app, const std::string& number);

}  // namespace taskworker
