// What a task sees of its call, and retries.
#include "tasks.hpp"

namespace integration {
namespace {

tw::Json ids(tw::Context& ctx, const tw::Json& i) {
    const auto& request = ctx.request();
    const auto text = [](const std::optional<std::string>& id) {
        return id ? tw::Json(*id) : tw::Json(nullptr);
    };
    return tw::Json::array({text(request.root_id), text(request.parent_id), i});
}

std::string priority_text(tw::Context& ctx) {
    return "Priority: " + std::to_string(ctx.request().delivery_info.priority);
}

tw::TaskError expected() { return suite_error("ExpectedException", tw::Json::array()); }

tw::Json retry(tw::Context& ctx, const tw::Json& return_value) {
    const bool given = !return_value.is_null() && return_value != false && return_value != 0;
    if (given && ctx.retries() >= 3) return return_value;
    throw ctx.retry({.countdown = 5s, .cause = expected()});
}

// **retry_kwargs: countdown and max_retries are what the suite gives.
void retry_unpickleable(
    tw::Context& ctx, const tw::Json& foo, const tw::Json&, const tw::Json& options
) {
    tw::RetryOptions retry;
    if (const auto at = options.find("countdown"); at != options.end() && at->is_number())
        retry.countdown = tw::Seconds(at->get<double>());
    if (const auto at = options.find("max_retries"); at != options.end() && at->is_number_integer())
        retry.max_retries = at->get<int>();
    retry.cause = suite_error("UnpickleableException", tw::Json::array({foo}));
    throw ctx.retry(std::move(retry));
}

tw::RetryOptions once(int max_retries, double countdown, const std::optional<double>& expires) {
    tw::RetryOptions retry{.countdown = tw::Seconds(countdown), .max_retries = max_retries};
    if (expires) retry.expires = tw::Seconds(*expires);
    return retry;
}

int retry_once(
    tw::Context& ctx,
    const tw::Args&,
    const std::optional<double>& expires,
    int max_retries,
    double countdown
) {
    if (ctx.retries() > 0) return ctx.retries();
    throw ctx.retry(once(max_retries, countdown, expires));
}

int retry_once_priority(
    tw::Context& ctx,
    const tw::Args&,
    const std::optional<double>& expires,
    int max_retries,
    double countdown
) {
    if (ctx.retries() > 0) return ctx.request().delivery_info.priority;
    throw ctx.retry(once(max_retries, countdown, expires));
}

tw::Json retry_once_headers(tw::Context& ctx, const tw::Args&, int max_retries, double countdown) {
    if (ctx.retries() > 0) return ctx.request().headers;
    throw ctx.retry(once(max_retries, countdown, {}));
}

int auto_retry_class_task(tw::Context& ctx) {
    if (ctx.retries() > 0) return ctx.retries();
    throw std::invalid_argument("");
}

}  // namespace

void add_request_tasks(tw::App& app) {
    app.task(suite("ids"), &ids, {"i"});
    app.task(
        suite("collect_ids"),
        [](tw::Context& ctx, const tw::Json& res, const tw::Json& i) {
            return tw::Json::array({res, ids(ctx, i)});
        },
        {"res", "i"}
    );
    app.task(suite("return_priority"), [](tw::Context& ctx, const tw::Args&) {
        return priority_text(ctx);
    });
    app.task(suite("return_properties"), [](tw::Context& ctx) { return ctx.properties(); });
    app.task(suite("retry"), &retry, {"return_value"_arg = nullptr});
    app.task(
        suite("retry_unpickleable"),
        &retry_unpickleable,
        {"foo", "bar", tw::keyword_only, "retry_kwargs"}
    );
    app.task(
        suite("retry_once"),
        &retry_once,
        {"args", "expires"_arg = nullptr, "max_retries"_arg = 1, "countdown"_arg = 0.1},
        {.max_retries = 1}
    );
    app.task(
        suite("retry_once_priority"),
        &retry_once_priority,
        {"args", "expires"_arg = 60, "max_retries"_arg = 1, "countdown"_arg = 0.1},
        {.max_retries = 1}
    );
    app.task(
        suite("retry_once_headers"),
        &retry_once_headers,
        {"args", "max_retries"_arg = 1, "countdown"_arg = 0.1},
        {.max_retries = 1}
    );
    app.task(
        "auto_retry_class_task",
        &auto_retry_class_task,
        {.autoretry_for = tw::on<std::invalid_argument>(),
         .max_retries = 1,
         .retry_backoff = {.factor = 1s}}
    );
}

}  // namespace integration
