#include <unistd.h>

#include <csignal>

#include "side_channel.hpp"
#include "tasks.hpp"
#include "types.hpp"

namespace conformance {
namespace {

std::int64_t record(tw::Context& ctx, const std::string& key, const std::string& value) {
    return ctx.resource<SideChannel>().push(key, value);
}

// What redis-py makes of a value: text and numbers only.
std::string as_text(const tw::Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number() || value.is_binary()) return tw::to_json_text(value);
    throw tw::TaskError(
        "DataError",
        tw::Json::array(
            {"Invalid input of type: '" + std::string(type_name(value)) +
             "'. Convert to a bytes, string, int or float first."}
        ),
        "redis.exceptions"
    );
}

std::int64_t append(tw::Context& ctx, const std::string& key, const tw::Json& value) {
    return record(ctx, key, as_text(value));
}

std::int64_t append_result(tw::Context& ctx, const tw::Json& result, const std::string& key) {
    return record(ctx, key, tw::to_json_text(result));
}

tw::Json append_slow(
    tw::Context& ctx, const std::string& key, const tw::Json& value, double seconds
) {
    const std::string text = as_text(value);
    record(ctx, key, "start:" + text);
    ctx.sleep(tw::Seconds(seconds));
    record(ctx, key, "done:" + text);
    return value;
}

std::int64_t late_lost(
    tw::Context& ctx, const std::string& key, const tw::Json& value, std::int64_t crash_times
) {
    const auto runs = record(ctx, key, as_text(value));
    if (runs <= crash_times) ::kill(::getpid(), SIGKILL);
    return runs;
}

void late_fail(tw::Context& ctx, const std::string& key) {
    record(ctx, key, "ran");
    throw tw::TaskError("ValueError", "late failure");
}

void late_fail_noack(tw::Context& ctx, const std::string& key) {
    record(ctx, key, "ran");
    throw tw::TaskError("ValueError", "late failure, rejected");
}

std::int64_t late_requeue_once(tw::Context& ctx, const std::string& key) {
    const bool again = ctx.request().delivery_info.redelivered;
    const auto runs = record(ctx, key, again ? "redelivered" : "first");
    if (runs == 1) throw tw::Reject("again", true);
    return runs;
}

void limited(tw::Context& ctx, const std::string& key) {
    record(ctx, key, tw::to_json_text(tw::unix_time(std::chrono::system_clock::now())));
}

tw::Json errback_old(tw::Context& ctx, const tw::Json& task_id, const std::string& key) {
    tw::Json seen = tw::Json::object();
    seen["style"] = "old";
    seen["id"] = task_id;
    record(ctx, key, tw::to_json_text(seen));
    return task_id;
}

}  // namespace

void add_recording_tasks(tw::App& app) {
    const tw::TaskOptions late{.acks_late = true};
    app.task("conformance.append", &append, {"key", "value"});
    app.task("conformance.append_result", &append_result, {"result", "key"});
    app.task("conformance.append_slow", &append_slow, {"key", "value", "seconds"});
    app.task("conformance.late", &append_slow, {"key", "value", "seconds"_arg = 0}, late);
    app.task(
        "conformance.late_lost",
        &late_lost,
        {"key", "value", "crash_times"},
        {.acks_late = true, .reject_on_worker_lost = true}
    );
    app.task("conformance.late_fail", &late_fail, {"key"}, late);
    app.task(
        "conformance.late_fail_noack",
        &late_fail_noack,
        {"key"},
        {.acks_late = true, .acks_on_failure_or_timeout = false}
    );
    app.task("conformance.late_requeue_once", &late_requeue_once, {"key"}, late);
    app.task("conformance.limited", &limited, {"key"}, {.rate_limit = "4/s"});
    app.task("conformance.errback_old", &errback_old, {"task_id", tw::keyword_only, "key"});
}

}  // namespace conformance
