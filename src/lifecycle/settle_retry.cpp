#include <algorithm>
#include <string>

#include "base/time_zone.hpp"
#include "lifecycle/deaths.hpp"
#include "lifecycle/ends.hpp"
#include "lifecycle/events.hpp"
#include "lifecycle/records.hpp"
#include "lifecycle/treatment.hpp"
#include "message/decode.hpp"
#include "message/publish.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "task/retry_plan.hpp"

namespace taskworker {
namespace {

// The property: whole milliseconds from now, at least 0 (celery/app/base.py: send_task, kombu's
// messaging.py: _publish).
std::string expiration_of(TimePoint expires, TimePoint now) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(expires - now).count();
    return std::to_string(std::max<std::int64_t>(left, 0));
}

void set_expiry(
    RetryEdit& edit, const Request& request, const RetryLater& retry, const Moment& moment
) {
    const auto now = moment.now;
    if (retry.expires) {
        const auto expires = now + *retry.expires;
        edit.expires = format_iso_time(expires, moment.settings);
        edit.expiration = expiration_of(expires, now);
    } else if (request.expires_at) {
        edit.expiration = expiration_of(*request.expires_at, now);  // the header keeps its text
    }
}

// Other arguments, the same links.
void set_body(RetryEdit& edit, const Delivery& delivery, const RetryLater& retry) {
    if (!retry.args && !retry.kwargs) return;
    auto request = delivery.request;
    // It was opened to run the task; were it unreadable now, the new arguments would still count.
    static_cast<void>(decode_body(delivery.message, request));
    const auto& args = retry.args ? *retry.args : request.args;
    const auto& kwargs = retry.kwargs ? *retry.kwargs : request.kwargs;
    auto embed = Json::object();
    embed["callbacks"] = request.callbacks;
    embed["errbacks"] = request.errbacks;
    embed["chain"] = request.chain.value();
    embed["chord"] = request.chord;
    edit.body = to_json_text(Json::array({args, kwargs, embed}));
    edit.argsrepr = tuple_repr(args);
    edit.kwargsrepr = python_repr(kwargs);
}

RetryEdit edit_of(const Delivery& delivery, const RetryLater& retry, const Moment& moment) {
    const auto& request = delivery.request;
    RetryEdit edit;
    edit.retries = request.retries + 1;
    if (retry.eta) edit.eta = format_iso_time(*retry.eta, moment.settings);
    edit.delivery_tag = moment.luck.uuid();
    edit.parent_id = request.id;
    edit.priority = retry.priority;
    edit.routing_key = retry.queue;
    edit.time_limit = retry.time_limit;
    edit.soft_time_limit = retry.soft_time_limit;
    edit.headers = retry.headers;
    if (deaths_of(delivery.message) > 0) edit.headers[kDeathsHeader] = 0;  // this attempt ended
    set_expiry(edit, request, retry, moment);
    set_body(edit, delivery, retry);
    return edit;
}

// A retry is its own child (celery/app/task.py: the new message is published from within the task).
std::string own_child(const std::string& id) {
    std::string children = "[[[";
    write_json_string(children, id);
    return children + ", null], null]]";
}

}  // namespace

void end_as_retry(
    Settlement& settlement,
    const Delivery& delivery,
    const TaskDef* task,
    const RetryLater& retry,
    const Moment& moment
) {
    const auto& request = delivery.request;
    const auto treatment = treatment_of(request, task, moment.settings);
    settlement.publish.push_back(Outgoing{
        retry.queue.value_or(delivery.queue),
        retry.priority.value_or(request.delivery_info.priority),
        republish(delivery.message, request, edit_of(delivery, retry, moment))});
    if (treatment.store_errors) {
        settlement.store = record_of(delivery, "RETRY", moment);
        if (retry.cause) settlement.store->result = encode_failure(*retry.cause);
        if (!retry.traceback.empty()) settlement.store->traceback = retry.traceback;
        settlement.store->children = own_child(request.id);
    }
    auto event = task_event(Event::Type::TaskRetried, request, moment.now);
    event.exception = retry.cause ? python_repr(*retry.cause) : "None";
    event.traceback = retry.traceback;
    event.reason = retry_text(retry);
    event.sent = treatment.send_events;
    settlement.events.push_back(std::move(event));
}

}  // namespace taskworker
