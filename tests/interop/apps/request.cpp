#include <unistd.h>

#include "tasks.hpp"

namespace conformance {
namespace {

tw::Json delivery_info(const tw::DeliveryInfo& info) {
    tw::Json seen = tw::Json::object();
    seen["exchange"] = info.exchange;
    seen["routing_key"] = info.routing_key;
    seen["priority"] = info.priority;
    seen["redelivered"] = info.redelivered;
    return seen;
}

tw::Json time_limits(const tw::Request& request) {
    const auto seconds = [](const std::optional<tw::Seconds>& limit) {
        return limit ? tw::Json(limit->count()) : tw::Json(nullptr);
    };
    return tw::Json::array({seconds(request.time_limit), seconds(request.soft_time_limit)});
}

tw::Json custom_headers(const tw::Json& headers) {
    tw::Json seen = tw::Json::object();
    for (const auto& [name, value] : headers.items()) {
        if (name.starts_with("x-")) seen[name] = value;
    }
    return seen;
}

}  // namespace

tw::Json describe_request(const tw::Request& request) {
    tw::Json seen = tw::Json::object();
    seen["id"] = request.id;
    seen["task"] = request.task;
    seen["root_id"] = request.root_id;
    seen["parent_id"] = request.parent_id;
    seen["group"] = request.group;
    seen["retries"] = request.retries;
    seen["hostname"] = request.hostname;
    seen["correlation_id"] = request.correlation_id;
    seen["reply_to"] = request.reply_to;
    seen["origin"] = request.origin;
    seen["eta"] = request.eta;
    seen["expires"] = request.expires;
    seen["timelimit"] = time_limits(request);
    seen["argsrepr"] = request.argsrepr;
    seen["kwargsrepr"] = request.kwargsrepr;
    seen["delivery_info"] = delivery_info(request.delivery_info);
    seen["headers"] = custom_headers(request.headers);
    seen["stamps"] = request.stamps.is_object() ? request.stamps : tw::Json::object();
    return seen;
}

void add_request_tasks(tw::App& app) {
    app.task("conformance.ids", [](tw::Context& ctx, const tw::Args&, const tw::Kwargs&) {
        return describe_request(ctx.request());
    });
    app.task("conformance.pid", [] { return std::int64_t{::getpid()}; });
    app.task("conformance.hostname", [](tw::Context& ctx) { return ctx.request().hostname; });
}

}  // namespace conformance
