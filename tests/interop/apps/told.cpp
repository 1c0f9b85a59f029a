// What `taskworker -A told` loads: tasks whose hooks, and an app whose signal handlers, record at
// the key $TOLD_KEY that they were told.
#include <unistd.h>

#include <memory>

#include "app_settings.hpp"
#include "side_channel.hpp"
#include "taskworker/taskworker.hpp"

namespace {

using conformance::SideChannel;

const std::string& key() {
    static const std::string name = conformance::environment("TOLD_KEY", "told");
    return name;
}

void note(tw::Context& ctx, const std::string& what) {
    ctx.resource<SideChannel>().push(key(), what);
}

tw::TaskOptions hooks() {
    return {
        .max_retries = 1,
        .default_retry_delay = tw::Seconds(0),
        .before_start = [](tw::Context& ctx) { note(ctx, "before_start"); },
        .on_success = [](tw::Context& ctx, const tw::Json& result
                      ) { note(ctx, "on_success " + tw::to_json_text(result)); },
        .on_failure = [](tw::Context& ctx,
                         const tw::Failure& error) { note(ctx, "on_failure " + error.type); },
        .on_retry = [](tw::Context& ctx, const tw::RetryLater&) { note(ctx, "on_retry"); },
        .after_return = [](tw::Context& ctx, const tw::Outcome& end
                        ) { note(ctx, "after_return " + std::string(tw::state_of(end))); }};
}

// Of processes: with the pid, so that a test sees who was told.
void hear_of_processes(tw::App& app) {
    const auto hear = [&app](tw::ProcessSignal signal, const std::string& name) {
        app.on(signal, [name](const tw::Process& process) {
            process.resource<SideChannel>().push(
                key() + ":processes", name + " " + std::to_string(::getpid())
            );
        });
    };
    hear(tw::process_start, "process_start");
    hear(tw::process_stop, "process_stop");
    hear(tw::worker_ready, "worker_ready");
    hear(tw::worker_stop, "worker_stop");
    hear(tw::worker_shutdown, "worker_shutdown");
    app.on(tw::worker_ready, [](const tw::Process&) { throw std::runtime_error("not so ready"); });
}

void hear_of_tasks(tw::App& app) {
    app.on(tw::task_prerun, [](tw::Context& ctx) { note(ctx, "task_prerun"); });
    app.on(tw::task_success, [](tw::Context& ctx, const tw::Outcome&) {
        note(ctx, "task_success");
    });
    app.on(tw::task_failure, [](tw::Context& ctx, const tw::Outcome&) {
        note(ctx, "task_failure");
    });
    app.on(tw::task_retry, [](tw::Context& ctx, const tw::Outcome&) { note(ctx, "task_retry"); });
    app.on(tw::task_postrun, [](tw::Context& ctx, const tw::Outcome&) {
        note(ctx, "task_postrun");
    });
}

// Of messages: in the main process, which has no context.
void hear_of_messages(tw::App& app) {
    static std::unique_ptr<SideChannel> side;
    const auto hear = [&app](tw::MessageSignal signal, const std::string& name) {
        app.on(signal, [name](const tw::Request& request) {
            if (!side)
                side =
                    std::make_unique<SideChannel>(conformance::environment("CONFORMANCE_REDIS_URL")
                    );
            side->push(key() + ":messages", name + " " + request.id);
        });
    };
    hear(tw::task_received, "task_received");
    hear(tw::task_revoked, "task_revoked");
    hear(tw::task_unknown, "task_unknown");
}

}  // namespace

TASKWORKER_MODULE(app) {
    app.config(conformance::settings_from_environment(), tw::unknown::ignore);
    app.resource<SideChannel>([] {
        return std::make_unique<SideChannel>(conformance::environment("CONFORMANCE_REDIS_URL"));
    });
    app.task(
        "conformance.told",
        [](tw::Context& ctx, const std::string& how) {
            note(ctx, "body");
            if (how == "fail") throw tw::TaskError("KeyError", "k");
            if (how == "retry" && ctx.retries() == 0) throw ctx.retry();
            return how;
        },
        {"how"},
        hooks()
    );
    hear_of_processes(app);
    hear_of_tasks(app);
    hear_of_messages(app);
}
