#pragma once

#include "taskworker/config.hpp"
#include "worker/running_worker.hpp"
#include "worker/signals.hpp"

namespace taskworker {

// What a signal asks of a running worker. REMAP_SIGTERM=SIGQUIT (environment) makes TERM a QUIT,
// and HUP without a terminal is a restart (celery/apps/worker.py).
enum class Ask { Warm, Cold, Restart, Cry, ReopenLogs };
Ask meaning_of(int signal);

// From the wish for an end until nothing runs any more:
//   warm   running tasks may end; a second signal, or worker_shutdown_timeout, makes it cold
//   cold   first worker_soft_shutdown_timeout seconds in which they may end, then they are ended; a
//          second signal ends the wait, a third one the process
// Returns whether it got cold.
bool shut_down(
    RunningWorker& worker, const Settings& settings, const Signals& signals, int first_signal
);

}  // namespace taskworker
