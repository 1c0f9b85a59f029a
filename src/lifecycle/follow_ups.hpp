#pragma once

#include <optional>
#include <string>

#include "base/moment.hpp"
#include "canvas/follow.hpp"
#include "message/delivery.hpp"
#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// What an end sends and tells others: callbacks, the next step, errbacks, the chord.

CurrentTask current_task(const Request& request);

// Callbacks and the next step of the chain; their ids are added to `children`. Why they cannot be
// sent, else nothing: then nothing was added.
std::optional<Failure> follow_with_success(
    Settlement& settlement,
    const Request& request,
    const Links& links,
    const Success& success,
    const std::string& encoded,
    Json& children,
    const Moment& moment
);

// What takes the place of a task that replaced itself.
std::optional<Failure> follow_with_replacement(
    Settlement& settlement,
    const Request& request,
    const Links& links,
    const Replaced& replaced,
    const Moment& moment
);

// Where the task belongs to a chord: its part, once, whatever becomes of its own result (wire
// §4.5).
void add_chord_part(
    Settlement& settlement,
    const Request& request,
    const Links& links,
    std::string state,
    std::string result
);

// The steps behind a failed one fail with it, and their chords are told (celery/backends/base.py:
// mark_as_failure).
void end_lost_steps(
    Settlement& settlement,
    const Links& links,
    const Failure& failure,
    bool stored,
    const Moment& moment
);

// Whether errbacks of the new style that are registered here have been called with the failure
// already: they run where the task ran.
enum class ErrbacksHere { NotYet, Called };
void call_errbacks(
    Settlement& settlement,
    const Delivery& delivery,
    const Links& links,
    const Failure& failure,
    ErrbacksHere here,
    const Moment& moment
);

// The job that calls an errback of the new style with the failure of `failed`.
PoolJob errback_job(
    const Json& errback, const Request& failed, const Failure& failure, const Moment& moment
);

}  // namespace taskworker
