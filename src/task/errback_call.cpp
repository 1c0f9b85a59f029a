#include "task/errback_call.hpp"

#include <utility>

#include "canvas/follow.hpp"
#include "message/python_repr.hpp"
#include "task/resources.hpp"
#include "task/run_request.hpp"
#include "taskworker/context.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/failed_task.hpp"

namespace taskworker {
namespace {

constexpr const char* kHeader = "taskworker-failed";
constexpr int kError = 4;  // spdlog's

Json text_or_null(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json(nullptr);
}

Json as_header(const Request& request, const Failure& failure) {
    auto failed = Json::object();
    failed["id"] = request.id;
    failed["task"] = request.task;
    failed["root_id"] = text_or_null(request.root_id);
    failed["parent_id"] = text_or_null(request.parent_id);
    failed["group"] = text_or_null(request.group);
    failed["args"] = request.args;
    failed["kwargs"] = request.kwargs;
    failed["type"] = failure.type;
    failed["module"] = failure.module;
    failed["error"] = failure.args;
    failed["message"] = failure.message;
    failed["traceback"] = failure.traceback;
    return failed;
}

std::optional<std::string> optional_text(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    return value.get<std::string>();
}

Request errback_request(const Json& errback, const Request& failed, const Failure& failure) {
    Request call;
    call.id = failed.id;
    call.task = canvas::text_or(canvas::member(errback, "task"), "");
    call.root_id = failed.root_id;
    call.parent_id = failed.id;
    call.args = canvas::as_list(canvas::member(errback, "args"));
    const auto& kwargs = canvas::member(errback, "kwargs");
    if (kwargs.is_object()) call.kwargs = kwargs;
    call.headers[kHeader] = as_header(failed, failure);
    call.hostname = failed.hostname;
    call.delivery_info = failed.delivery_info;
    return call;
}

}  // namespace

Publication errback_message(
    const Json& errback, const Request& failed, const Failure& failure, const Moment& moment
) {
    auto call = errback_request(errback, failed, failure);
    Publication message;
    message.task = std::move(call.task);
    message.id = std::move(call.id);
    message.args = std::move(call.args);
    message.kwargs = std::move(call.kwargs);
    message.root_id = std::move(call.root_id);
    message.parent_id = std::move(call.parent_id);
    message.headers = std::move(call.headers);
    message.delivery_tag = moment.luck.uuid();
    return message;
}

std::function<bool(std::string_view)> errbacks_in(const App& app) {
    return [&app](std::string_view name) {
        const auto* task = app.find(name);
        return task && task->errback;
    };
}

void call_errbacks(
    const Request& request,
    const Failure& failure,
    TaskPort& port,
    Resources& resources,
    const Moment& moment
) {
    if (!canvas::truthy(request.errbacks)) return;
    Moment here = moment;
    here.is_errback = errbacks_in(resources.app());
    for (const auto& errback : errbacks_of(request.errbacks, here).here) {
        const auto call = errback_request(errback, request, failure);
        const auto* task = resources.app().find(call.task);
        const auto outcome = run_request(*task, call, port, resources, moment);
        const auto* broken = std::get_if<Failure>(&outcome);
        if (broken)
            port.log(
                request, kError, "errback " + call.task + " raised " + python_repr(*broken)
            );
    }
}

namespace detail {

FailedTask failed_task_of(const Context& context) {
    const auto& header = canvas::member(context.request().headers, kHeader);
    if (!header.is_object())
        throw TaskError("TypeError", "an errback is not called as a task: it needs the error");
    using canvas::member;
    using canvas::text_or;
    FailedTask failed;
    failed.id = text_or(member(header, "id"), "");
    failed.task = text_or(member(header, "task"), "");
    failed.root_id = optional_text(member(header, "root_id"));
    failed.parent_id = optional_text(member(header, "parent_id"));
    failed.group = optional_text(member(header, "group"));
    failed.args = member(header, "args");
    failed.kwargs = member(header, "kwargs");
    failed.error.type = text_or(member(header, "type"), "Exception");
    failed.error.module = text_or(member(header, "module"), "builtins");
    failed.error.args = canvas::as_list(member(header, "error"));
    failed.error.message = text_or(member(header, "message"), "");
    failed.error.traceback = text_or(member(header, "traceback"), "");
    return failed;
}

}  // namespace detail
}  // namespace taskworker
