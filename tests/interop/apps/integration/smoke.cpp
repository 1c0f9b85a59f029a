// t.smoke.tasks: long ones, and some that end their process.
#include <unistd.h>

#include <csignal>

#include "tasks.hpp"

namespace integration {
namespace {

std::string smoke(const char* name) { return std::string("t.smoke.tasks.") + name; }

bool long_running_task(tw::Context& ctx, double seconds, bool verbose) {
    ctx.log().info("Starting long running task");
    for (int i = 0; i < static_cast<int>(seconds); ++i) {
        ctx.sleep(1s);
        if (verbose) ctx.log().info("Sleeping: " + std::to_string(i));
    }
    ctx.log().info("Finished long running task");
    return true;
}

void sleep_four_seconds(tw::Context& ctx) { ctx.sleep(4s); }

}  // namespace

void add_smoke_tasks(tw::App& app) {
    app.task(smoke("noop"), [](const tw::Args&, const tw::Kwargs&) {});
    app.task(
        smoke("long_running_task"), &long_running_task, {"seconds"_arg = 1, "verbose"_arg = false}
    );
    app.task(
        smoke("soft_time_limit_lower_than_time_limit"),
        &sleep_four_seconds,
        {.soft_time_limit = 3s, .time_limit = 5s}
    );
    app.task(smoke("self_termination_sigkill"), [] { ::kill(::getpid(), SIGKILL); });
    app.task(smoke("self_termination_system_exit"), [] { ::_exit(1); });
    app.task(smoke("self_termination_delay_timeout"), &sleep_four_seconds, {.time_limit = 2s});
}

}  // namespace integration
