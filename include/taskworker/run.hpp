#pragma once

#include "taskworker/export.hpp"
#include "taskworker/fwd.hpp"

namespace taskworker {

// A worker with its tasks linked into one binary: what the program `taskworker` does, without -A.
//   int main(int argc, char** argv) { return tw::run(argc, argv, register_tasks); }
TASKWORKER_EXPORT int run(int argc, char** argv, void (*register_tasks)(App&));

}  // namespace taskworker
