#include <iostream>

#include "side_channel.hpp"
#include "tasks.hpp"

namespace conformance {
namespace {

const char* progress(tw::Context& ctx, int steps, double delay) {
    for (int i = 1; i <= steps; ++i) {
        tw::Json meta = tw::Json::object();
        meta["current"] = i;
        meta["total"] = steps;
        ctx.update_state("PROGRESS", meta);
        ctx.sleep(tw::Seconds(delay));
    }
    return "done";
}

const char* started(tw::Context& ctx, double seconds) {
    ctx.sleep(tw::Seconds(seconds));
    return "done";
}

const char* ignored(tw::Context& ctx, const std::string& key, const std::string& value) {
    ctx.resource<SideChannel>().push(key, value);
    return "never stored";
}

void ignored_fail(tw::Context& ctx, const std::string& key) {
    ctx.resource<SideChannel>().push(key, "ran");
    throw tw::TaskError("ValueError", "never stored");
}

const char* custom_event(tw::Context& ctx, const tw::Kwargs& fields) {
    ctx.send_event("task-conformance", fields.dict);
    return "sent";
}

int chatter(int lines) {
    for (int i = 0; i < lines; ++i) {
        std::cout << "stdout line " << i << " Ωμέγα" << std::endl;
        std::cerr << "stderr line " << i << " Ωμέγα" << std::endl;
    }
    return lines;
}

}  // namespace

void add_state_tasks(tw::App& app) {
    app.task("conformance.progress", &progress, {"steps", "delay"_arg = 0.2});
    app.task("conformance.started", &started, {"seconds"}, {.track_started = true});
    app.task("conformance.ignored", &ignored, {"key", "value"}, {.ignore_result = true});
    app.task("conformance.ignored_fail", &ignored_fail, {"key"}, {.ignore_result = true});
    app.task("conformance.custom_event", &custom_event);
    app.task("conformance.chatter", &chatter, {"lines"});
}

}  // namespace conformance
