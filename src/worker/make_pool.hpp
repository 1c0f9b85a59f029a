#pragma once

#include <memory>

#include "pool/pool.hpp"
#include "task/resources.hpp"
#include "taskworker/app.hpp"
#include "taskworker/config.hpp"
#include "worker/worker.hpp"

namespace taskworker {

// The pool that settings.worker_pool names: prefork (also "processes"), threads (also "eventlet"
// and "gevent": green threads are threads here), solo. Throws ConfigError for another name.
std::unique_ptr<Pool> make_pool(
    const App& app, const Settings& settings, const WorkerOptions& options, Resources& resources
);

}  // namespace taskworker
