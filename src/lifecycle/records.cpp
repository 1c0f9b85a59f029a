#include "lifecycle/records.hpp"

#include <fmt/format.h>

#include <string_view>

#include "base/time_zone.hpp"
#include "message/decode.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

void add_member(std::string& out, std::string_view name, std::string_view json) {
    write_json_string(out, name);
    out.append(": ").append(json).append(", ");
}

std::string text_or_null(const std::string& text) {
    return text.empty() ? "null" : to_json_text(Json(text));
}

// name, args, kwargs, worker, retries, queue (the routing key), then the stamps. Needs the body.
std::string extended_members(const Delivery& delivery, const Moment& moment) {
    auto request = delivery.request;
    if (decode_body(delivery.message, request)) request.args = request.kwargs = nullptr;
    std::string out;
    add_member(out, "name", to_json_text(request.task));
    add_member(out, "args", to_json_text(request.args));
    add_member(out, "kwargs", to_json_text(request.kwargs));
    add_member(out, "worker", to_json_text(Json(std::string(moment.node))));
    add_member(out, "retries", to_json_text(request.retries));
    add_member(out, "queue", text_or_null(request.delivery_info.routing_key));
    if (request.stamps.is_object() && !request.stamps.empty()) {
        add_member(out, "stamped_headers", to_json_text(request.stamped_headers));
        for (const auto& [name, value] : request.stamps.items())
            add_member(out, name, to_json_text(value));
    }
    return out;
}

Failure celerys_own(std::string type, std::string module, std::string argument) {
    Failure failure;
    failure.type = std::move(type);
    failure.module = std::move(module);
    failure.args.push_back(argument);
    failure.message = std::move(argument);
    return failure;
}

}  // namespace

bool is_ready_state(std::string_view state) {
    return state == "SUCCESS" || state == "FAILURE" || state == "REVOKED";
}

ResultRecord record_of(const Delivery& delivery, std::string state, const Moment& moment) {
    const auto& request = delivery.request;
    ResultRecord record;
    record.id = request.id;
    if (is_ready_state(state)) record.date_done = format_iso_time(moment.now, moment.settings);
    record.status = std::move(state);
    if (request.group && !request.group->empty()) record.group_id = request.group;
    if (request.parent_id && !request.parent_id->empty()) record.parent_id = request.parent_id;
    if (moment.settings.result_extended) record.extended = extended_members(delivery, moment);
    return record;
}

Failure revoked_failure(Revoked::Why why) {
    const char* text = why == Revoked::Why::Expired      ? "expired"
                       : why == Revoked::Why::Terminated ? "terminated"
                                                         : "revoked";
    return celerys_own("TaskRevokedError", "celery.exceptions", text);
}

Failure not_registered_failure(const std::string& name) {
    return celerys_own("NotRegistered", "celery.exceptions", name);
}

Failure worker_lost_failure(const std::string& text) {
    return celerys_own("WorkerLostError", "billiard.exceptions", text);
}

}  // namespace taskworker
