#pragma once

#include <string>
#include <vector>

#include "pool/child_loop.hpp"
#include "pool/runner.hpp"

namespace taskworker::testing_pool {

// The tasks of these tests, alike in threads and in children. A name is "verb:argument":
//   echo:x      succeeds with "x"
//   fail        fails with every member of Failure filled
//   retry       asks for a retry with every member filled
//   open:PATH   begins, waits until the FIFO is opened for writing, succeeds
//   soft        waits for the soft limit
//   stoppable   waits for the stop token
//   talk        stores a state, sends an event, logs
//   big:n       succeeds with n bytes
//   spin:us     computes so many microseconds
//   print:x     prints x to stdout and "bad " x to stderr, without a line break
//   cry:x       (children only) prints x to stderr and dies
//   die:n, exit:n, overwrite, garbage, eat:mib    (children only) what bad code does
Outcome run_test_task(const Job& job, TaskPort& port);

Failure full_failure();
RetryLater full_retry();

// A job as it comes from the broker; its id is the running number of the test.
Job a_job(const std::string& id, const std::string& task);

// "pool-child <mode>": what main does when it is a child. Modes: normal, other-code, other-tasks,
// throws-twice:FILE (counts in the file).
int pool_child_main(const std::string& mode);

// "pool-parent": a pool whose job waits on the FIFO; prints the child's pid when it runs, and never
// ends.
int pool_parent_main(const std::string& fifo);

ChildIdentity test_identity();

}  // namespace taskworker::testing_pool
