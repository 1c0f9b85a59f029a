#pragma once

#include <functional>
#include <string>

#include "pool/pool.hpp"
#include "task/execute.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// What a slot does with a job; must not throw. Called from every slot's thread at once. The pools
// know tasks only through it, so their tests need no app.
using Runner = std::function<Outcome(const Job&, TaskPort&)>;

// The one of production: execute() with dice and time of the calling thread. What it refers to
// outlives it and the pool.
Runner execute_jobs(Resources& resources, std::string node, const Settings& settings);

}  // namespace taskworker
