#pragma once

#include "base/moment.hpp"
#include "lifecycle/follow_ups.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// The pieces that settle() and the ends after a death (lost.hpp) are made of.

// Tag, id and list; Ack, nothing else.
Settlement begin_settlement(const Delivery& delivery);

// FAILURE by the errors rule, the chord's part, the rest of the chain, errbacks. No event of the
// failure itself: who calls knows whether it is logged.
void end_as_failure(
    Settlement& settlement,
    const Delivery& delivery,
    const TaskDef* task,
    const Failure& failure,
    const Moment& moment,
    ErrbacksHere here = ErrbacksHere::NotYet
);

// REVOKED by the errors rule, the chord's part, the event.
void end_as_revoked(
    Settlement& settlement,
    const Delivery& delivery,
    const TaskDef* task,
    const Revoked& revoked,
    const Moment& moment
);

// "Task handler raised error: WorkerLostError(…)" for the log, task-failed for the rest.
void add_worker_lost_events(
    Settlement& settlement, const Request& request, const Failure& failure, const Moment& moment
);

// The task goes back to its queue as new arguments, ETA and retries say; RETRY is stored.
void end_as_retry(
    Settlement& settlement,
    const Delivery& delivery,
    const TaskDef* task,
    const RetryLater& retry,
    const Moment& moment
);

}  // namespace taskworker
