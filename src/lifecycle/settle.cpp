#include "lifecycle/settle.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/time_zone.hpp"
#include "lifecycle/deaths.hpp"
#include "lifecycle/ends.hpp"
#include "lifecycle/events.hpp"
#include "lifecycle/follow_ups.hpp"
#include "lifecycle/links.hpp"
#include "lifecycle/lost.hpp"
#include "lifecycle/records.hpp"
#include "lifecycle/treatment.hpp"
#include "message/publish.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "message/serializer.hpp"

namespace taskworker {
namespace {

// One end, row by row of wire §5.2 to 5.7: an overload per outcome.
class End {
public:
    End(Settlement& end,
        const Delivery& delivery,
        const TaskDef* task,
        const Execution& execution,
        const Moment& moment)
        : delivery_(delivery),
          request_(delivery.request),
          task_(task),
          execution_(execution),
          moment_(moment),
          treatment_(treatment_of(delivery.request, task, moment.settings)),
          end_(end) {}

    void operator()(const Success& success);
    void operator()(const Failure& failure);
    void operator()(const RetryLater& retry) {
        end_as_retry(end_, delivery_, task_, retry, moment_);
    }
    void operator()(const Rejected& rejected);
    void operator()(const Ignored&);
    void operator()(const Revoked& revoked) {
        end_as_revoked(end_, delivery_, task_, revoked, moment_);
    }
    void operator()(const Unregistered&);
    void operator()(const Undecodable& undecodable);
    void operator()(const Replaced& replaced);

private:
    void fail(const Failure& failure, ErrbacksHere here);
    Event event(Event::Type type) const;
    void tell_failed(const Failure& failure);
    void tell_rejected(bool requeue);
    void requeue(std::string message);
    void dead_letter(std::string why);

    const Delivery& delivery_;
    const Request& request_;
    const TaskDef* task_;
    const Execution& execution_;
    const Moment& moment_;
    const Treatment treatment_;
    Settlement& end_;
};

Event End::event(Event::Type type) const {
    auto event = task_event(type, request_, moment_.now);
    event.pid = execution_.pid;
    event.sent = treatment_.send_events;
    return event;
}

void End::requeue(std::string message) {
    end_.disposition = Disposition::Requeue;
    end_.message = std::move(message);
}

void End::dead_letter(std::string why) {
    end_.disposition = Disposition::DeadLetter;
    end_.message = delivery_.message.raw;
    end_.dead_letter_reason = std::move(why);
}

// celery/app/trace.py: callbacks and chain go out first, then the result, then the chord's part.
void End::operator()(const Success& success) {
    auto encoded = success.encoded;
    try {
        if (encoded.empty()) encoded = to_json_text(success.value);
        const auto serializer = serializer_named(moment_.settings.result_serializer);
        if (serializer && *serializer != Serializer::JsonText) serialize_text(*serializer, encoded);
    } catch (const EncodeError& error) {
        return fail(
            {.type = "EncodeError",
             .module = "kombu.exceptions",
             .args = Json::array({error.what()}),
             .message = error.what()},
            ErrbacksHere::NotYet
        );
    }
    const auto links = links_of(delivery_);
    auto children = execution_.children;
    if (const auto wrong =
            follow_with_success(end_, request_, links, success, encoded, children, moment_))
        return fail(*wrong, ErrbacksHere::NotYet);
    add_chord_part(end_, request_, links, "SUCCESS", encoded);
    if (!treatment_.ignore_result) {
        end_.store = record_of(delivery_, "SUCCESS", moment_);
        end_.store->result = std::move(encoded);
        if (!children.empty()) end_.store->children = to_json_text(children);
    }
    auto succeeded = event(Event::Type::TaskSucceeded);
    succeeded.result = success.repr.empty() ? python_repr(success.value) : success.repr;
    succeeded.runtime = execution_.runtime.count();
    end_.events.push_back(std::move(succeeded));
}

// celery/worker/request.py: on_failure, on_timeout (wire §5.4). An early ack has nothing to decide:
// the message is gone in any case.
void End::operator()(const Failure& failure) {
    const bool in_slot = execution_.started && !execution_.worker_lost && !execution_.timed_out;
    fail(failure, in_slot ? ErrbacksHere::Called : ErrbacksHere::NotYet);
}

void End::fail(const Failure& failure, ErrbacksHere here) {
    const bool late = treatment_.acks_late;
    if (late && execution_.worker_lost && treatment_.reject_on_worker_lost) {
        // Celery lets it go round for ever.
        if (deaths_of(delivery_.message) + 1 >= moment_.settings.worker_max_deliveries) {
            end_ = settle_poisoned(delivery_, task_, moment_);
            return;
        }
        requeue(with_one_death_more(delivery_.message));
        return tell_rejected(true);
    }
    end_as_failure(end_, delivery_, task_, failure, moment_, here);
    if (end_.store && !execution_.children.empty())
        end_.store->children = to_json_text(execution_.children);
    if (late && execution_.timed_out && !treatment_.acks_on_failure_or_timeout) {
        requeue(mark_redelivered(delivery_.message.raw));
        return tell_rejected(true);
    }
    if (late && !treatment_.acks_on_failure_or_timeout) tell_rejected(false);
    tell_failed(failure);
}

void End::tell_failed(const Failure& failure) {
    auto failed = failed_event(request_, failure, moment_.now);
    failed.pid = execution_.pid;
    failed.sent = treatment_.send_events;
    failed.runtime = execution_.runtime.count();
    // The pool has told the hard limit or the death already (PoolListener::event).
    failed.logged = !execution_.worker_lost && !execution_.timed_out;
    end_.events.push_back(std::move(failed));
}

// task-rejected, of which Celery logs nothing unless the task itself threw Reject.
void End::tell_rejected(bool requeue) {
    auto rejected = event(Event::Type::TaskRejected);
    rejected.requeue = requeue;
    rejected.logged = false;
    end_.events.push_back(std::move(rejected));
}

void End::operator()(const Rejected& rejected) {
    // Acked early, the message is long gone: neither requeue nor event (wire §12.32).
    if (treatment_.acks_late && rejected.requeue) requeue(mark_redelivered(delivery_.message.raw));
    auto told = event(Event::Type::TaskRejected);
    told.requeue = rejected.requeue;
    told.reason = rejected.reason;
    told.sent = told.sent && treatment_.acks_late;
    end_.events.push_back(std::move(told));
}

void End::operator()(const Ignored&) {
    auto ignored = event(Event::Type::TaskIgnored);
    ignored.sent = false;
    end_.events.push_back(std::move(ignored));
}

// Nothing is stored here: the replacement has the id, the links and the place in the chord.
void End::operator()(const Replaced& replaced) {
    if (const auto wrong =
            follow_with_replacement(end_, request_, links_of(delivery_), replaced, moment_))
        return fail(*wrong, ErrbacksHere::NotYet);
    (*this)(Ignored{});
}

// celery/worker/consumer/consumer.py: on_unknown_task. Stored even if results are ignored, without
// the group and the parent, and no chord is told.
void End::operator()(const Unregistered&) {
    const auto failure = not_registered_failure(request_.task);
    const bool keep = moment_.settings.worker_unknown_tasks != "celery";
    if (keep) dead_letter("Received unregistered task of type '" + request_.task + "'");
    ResultRecord record;
    record.id = request_.id;
    record.status = "FAILURE";
    record.result = encode_failure(failure);
    record.date_done = format_iso_time(moment_.now, moment_.settings);
    end_.store = std::move(record);
    auto unknown = event(Event::Type::TaskUnregistered);
    unknown.name = request_.task;  // the name that was looked up, not its shadow
    unknown.exception = python_repr(failure);
    unknown.reason = keep ? "dead_letter" : "discard";
    end_.events.push_back(std::move(unknown));
}

void End::operator()(const Undecodable& undecodable) {
    dead_letter(undecodable.why);
    auto discarded = event(Event::Type::Discarded);
    discarded.reason = undecodable.why;
    discarded.fields["queue"] = delivery_.queue;
    discarded.sent = false;
    end_.events.push_back(std::move(discarded));
}

}  // namespace

Settlement settle(
    const Delivery& delivery,
    const TaskDef* task,
    const Outcome& outcome,
    const Execution& execution,
    const Moment& moment
) {
    auto settlement = begin_settlement(delivery);
    std::visit(End(settlement, delivery, task, execution, moment), outcome);
    for (auto& event : settlement.events) event.queue = delivery.queue;
    // What a process cannot tell any more is told by the main one.
    if (!execution.worker_lost && !execution.timed_out)
        for (auto& event : settlement.events) event.process = execution.process;
    return settlement;
}

}  // namespace taskworker
