#include "lifecycle/follow_ups.hpp"

#include <utility>

#include "base/iso_time.hpp"
#include "canvas/finish_chord.hpp"
#include "canvas/lost_steps.hpp"
#include "message/decode.hpp"
#include "message/python_json.hpp"
#include "task/errback_call.hpp"

namespace taskworker {
namespace {

// Nothing of it is added when a message cannot be written.
std::optional<Failure> add(Settlement& settlement, Followed followed, Json* children) {
    if (auto* wrong = std::get_if<Failure>(&followed)) return std::move(*wrong);
    auto& dispatch = std::get<Dispatch>(followed);
    try {
        auto messages = outgoing(dispatch.messages);
        std::move(messages.begin(), messages.end(), std::back_inserter(settlement.publish));
    } catch (const EncodeError& error) {
        return failure_of(CanvasError(error.what(), "EncodeError"));
    }
    std::move(
        dispatch.writes.begin(), dispatch.writes.end(), std::back_inserter(settlement.groups)
    );
    if (children)
        for (auto& child : dispatch.children) children->push_back(std::move(child));
    return std::nullopt;
}

Json value_of(const Success& success, const std::string& encoded) {
    if (!success.value.is_null()) return success.value;
    auto read = parse_json(encoded);
    auto* value = std::get_if<Json>(&read);
    return value ? std::move(*value) : Json();
}

}  // namespace

CurrentTask current_task(const Request& request) {
    const auto root = request.root_id.value_or("");
    return {request.id, root.empty() ? request.id : root, request.delivery_info.priority};
}

std::optional<Failure> follow_with_success(
    Settlement& settlement,
    const Request& request,
    const Links& links,
    const Success& success,
    const std::string& encoded,
    Json& children,
    const Moment& moment
) {
    if (!canvas::truthy(links.callbacks) && links.chain.empty()) return std::nullopt;
    return add(
        settlement,
        follow_success(links, value_of(success, encoded), current_task(request), moment),
        &children
    );
}

std::optional<Failure> follow_with_replacement(
    Settlement& settlement,
    const Request& request,
    const Links& links,
    const Replaced& replaced,
    const Moment& moment
) {
    ReplacedTask task;
    task.id = request.id;
    task.current = current_task(request);
    task.group = request.group;
    task.group_index = request.group_index;
    task.root_id = request.root_id;
    task.nesting = request.replaced_task_nesting;
    return add(settlement, replace_task(replaced.signature, task, links, moment), nullptr);
}

void add_chord_part(
    Settlement& settlement,
    const Request& request,
    const Links& links,
    std::string state,
    std::string result
) {
    // redis.py: on_chord_part_return gives up without a group
    if (!links.chord.is_object() || !request.group || request.group->empty()) return;
    settlement.chords.push_back(
        {*request.group,
         request.group_index,
         request.id,
         std::move(state),
         std::move(result),
         chord_note(links.chord, current_task(request))}
    );
}

void end_lost_steps(
    Settlement& settlement,
    const Links& links,
    const Failure& failure,
    bool stored,
    const Moment& moment
) {
    if (links.chain.empty()) return;
    const auto result = encode_failure(failure);
    for (auto& step : lost_steps(links.chain.value())) {
        if (stored && !step.id.empty()) {
            ResultRecord record;
            record.id = step.id;
            record.status = "FAILURE";
            record.result = result;
            if (!failure.traceback.empty()) record.traceback = failure.traceback;
            record.date_done = format_iso_time(moment.now);
            record.group_id = step.group_id;
            record.parent_id = step.parent_id;
            settlement.also_store.push_back(std::move(record));
        }
        if (!step.chord.is_object() || !step.group_id || step.id.empty()) continue;
        const CurrentTask part{step.id, step.root_id.value_or(step.id), 0};
        settlement.chords.push_back(
            {*step.group_id,
             step.group_index,
             step.id,
             "FAILURE",
             result,
             chord_note(step.chord, part)}
        );
    }
}

PoolJob errback_job(
    const Json& errback, const Request& failed, const Failure& failure, const Moment& moment
) {
    return {encode_publication(errback_message(errback, failed, failure, moment))};
}

void call_errbacks(
    Settlement& settlement,
    const Delivery& delivery,
    const Links& links,
    const Failure& failure,
    ErrbacksHere here,
    const Moment& moment
) {
    if (!canvas::truthy(links.errbacks)) return;
    const auto split = errbacks_of(links.errbacks, moment);
    if (here == ErrbacksHere::NotYet && !split.here.empty()) {
        auto request = delivery.request;
        if (!delivery.message.raw.empty())
            static_cast<void>(decode_body(delivery.message, request));
        for (const auto& errback : split.here)
            settlement.run_in_pool.push_back(errback_job(errback, request, failure, moment));
    }
    const auto wrong =
        add(settlement, send_errbacks(split.sent, current_task(delivery.request), moment), nullptr);
    if (!wrong) return;
    Event event{.type = Event::Type::ErrbacksNotCalled, .at = moment.now};
    event.uuid = delivery.request.id;
    event.name = delivery.request.display_name();
    event.reason = wrong->message;
    event.sent = false;
    settlement.events.push_back(std::move(event));
}

}  // namespace taskworker
