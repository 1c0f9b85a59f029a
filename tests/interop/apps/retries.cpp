#include "side_channel.hpp"
#include "tasks.hpp"

namespace conformance {
namespace {

ConformanceError failure(const char* message) {
    return ConformanceError(tw::Json::array({message}));
}

// Which attempt this is, and when it began.
void record_attempt(tw::Context& ctx, const std::string& key) {
    tw::Json attempt = tw::Json::object();
    attempt["retries"] = ctx.retries();
    attempt["t"] = tw::unix_time(std::chrono::system_clock::now());
    ctx.resource<SideChannel>().push(key, tw::to_json_text(attempt));
}

int retry_then_succeed(tw::Context& ctx, const std::string& key, int times, double countdown) {
    record_attempt(ctx, key);
    if (ctx.retries() < times) {
        throw ctx.retry({.countdown = tw::Seconds(countdown), .max_retries = times});
    }
    return ctx.retries();
}

void retry_forever(
    tw::Context& ctx, const std::string& key, int max_retries, double countdown, bool with_exc
) {
    record_attempt(ctx, key);
    tw::RetryOptions options{.countdown = tw::Seconds(countdown), .max_retries = max_retries};
    if (with_exc) options.cause = failure("still failing");
    throw ctx.retry(std::move(options));
}

void backoff(tw::Context& ctx, const std::string& key) {
    record_attempt(ctx, key);
    throw failure("backing off");
}

const char* retry_ids(tw::Context& ctx, const std::string& key) {
    ctx.resource<SideChannel>().push(key, tw::to_json_text(describe_request(ctx.request())));
    if (ctx.retries() == 0) throw ctx.retry({.countdown = 0s, .max_retries = 1});
    return "ok";
}

}  // namespace

void add_retry_tasks(tw::App& app) {
    app.task(
        "conformance.retry_then_succeed", &retry_then_succeed, {"key", "times", "countdown"_arg = 0}
    );
    app.task(
        "conformance.retry_forever",
        &retry_forever,
        {"key", "max_retries", "countdown"_arg = 0, "with_exc"_arg = true}
    );
    app.task(
        "conformance.backoff",
        &backoff,
        {"key"},
        {.autoretry_for = tw::on<ConformanceError>(),
         .max_retries = 3,
         .retry_backoff = {.factor = 1s, .max = 4s, .jitter = false}}
    );
    app.task("conformance.retry_ids", &retry_ids, {"key"});
}

}  // namespace conformance
