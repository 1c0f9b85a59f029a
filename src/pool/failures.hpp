#pragma once

#include <cstdint>
#include <string>

#include "taskworker/outcome.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// Ends that no task returns itself, in billiard's words (billiard/pool.py, billiard/common.py).
// Pure.

// TimeLimitExceeded(2): the number as it was given, an int when it is whole.
Failure time_limit_exceeded(Seconds limit);

// `what`: how the process ended, "signal 9 (SIGKILL)"; `job`: the running number of the job in its
// pool.
Failure worker_lost(const std::string& what, std::uint64_t job);

// waitpid's status in billiard's words (human_status): "signal 9 (SIGKILL)", "exitcode 3".
std::string describe_exit(int wait_status);

}  // namespace taskworker
