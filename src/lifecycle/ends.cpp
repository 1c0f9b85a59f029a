#include "lifecycle/ends.hpp"

#include <utility>

#include "lifecycle/events.hpp"
#include "lifecycle/links.hpp"
#include "lifecycle/records.hpp"
#include "lifecycle/treatment.hpp"
#include "message/python_repr.hpp"

namespace taskworker {

Settlement begin_settlement(const Delivery& delivery) {
    Settlement settlement;
    settlement.tag = delivery.tag;
    settlement.task_id = delivery.request.id;
    settlement.list = delivery.list;
    return settlement;
}

void end_as_failure(
    Settlement& settlement,
    const Delivery& delivery,
    const TaskDef* task,
    const Failure& failure,
    const Moment& moment,
    ErrbacksHere here
) {
    const auto& request = delivery.request;
    const auto result = encode_failure(failure);
    const bool stored = treatment_of(request, task, moment.settings).store_errors;
    if (stored) {
        settlement.store = record_of(delivery, "FAILURE", moment);
        settlement.store->result = result;
        if (!failure.traceback.empty()) settlement.store->traceback = failure.traceback;
    }
    const auto links = links_of(delivery);
    add_chord_part(settlement, request, links, "FAILURE", result);
    end_lost_steps(settlement, links, failure, stored, moment);
    call_errbacks(settlement, delivery, links, failure, here, moment);
}

void end_as_revoked(
    Settlement& settlement,
    const Delivery& delivery,
    const TaskDef* task,
    const Revoked& revoked,
    const Moment& moment
) {
    const auto& request = delivery.request;
    const auto treatment = treatment_of(request, task, moment.settings);
    const auto result = encode_failure(revoked_failure(revoked.why));
    if (treatment.store_errors) {
        settlement.store = record_of(delivery, "REVOKED", moment);
        settlement.store->result = result;
    }
    add_chord_part(settlement, request, links_of(delivery), "REVOKED", result);
    auto event = task_event(Event::Type::TaskRevoked, request, moment.now);
    event.expired = revoked.why == Revoked::Why::Expired;
    event.terminated = revoked.why == Revoked::Why::Terminated;
    event.sent = treatment.send_events;
    settlement.events.push_back(std::move(event));
}

void add_worker_lost_events(
    Settlement& settlement, const Request& request, const Failure& failure, const Moment& moment
) {
    auto lost = task_event(Event::Type::WorkerLost, request, moment.now);
    lost.exception = python_repr(failure);
    lost.sent = false;
    settlement.events.push_back(std::move(lost));
    auto failed = failed_event(request, failure, moment.now);
    failed.logged = false;
    settlement.events.push_back(std::move(failed));
}

}  // namespace taskworker
