#pragma once

#include "base/moment.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// How the execution went, beside its outcome.
struct Execution {
    Seconds runtime{0};
    int pid = 0;
    std::string process = {};  // "ForkPoolWorker-1"; empty: the main one
    bool started = false;  // false: refused before it ran
    bool worker_lost = false;
    bool timed_out = false;
    Json children = {};  // what it sent while it ran: null or a list
};

// THE rules of Celery about ends: acks, results, retries, chains, chords. Pure; tested as a table.
// `task` is null when the name is not registered here (outcome Unregistered).
Settlement settle(
    const Delivery& delivery,
    const TaskDef* task,
    const Outcome& outcome,
    const Execution& execution,
    const Moment& moment
);

}  // namespace taskworker
