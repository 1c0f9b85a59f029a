// What `taskworker -A integration` loads: the tasks of Celery's own t/integration and t/smoke.
#include <memory>

#include "app_settings.hpp"
#include "side_channel.hpp"
#include "tasks.hpp"

namespace integration {
namespace {

using conformance::environment;

// The URLs stand in three places; those of CONFORMANCE_CONF count.
tw::Json settings() {
    tw::Json settings = tw::Json::object();
    if (const auto url = environment("TEST_BROKER"); !url.empty()) settings["broker_url"] = url;
    if (const auto url = environment("TEST_BACKEND"); !url.empty())
        settings["result_backend"] = url;
    settings.update(conformance::settings_from_environment());
    return settings;
}

std::string recording_url() {
    return "redis://" + environment("REDIS_HOST", "localhost") + ":" +
           environment("REDIS_PORT", "6379") + "/0";
}

}  // namespace
}  // namespace integration

TASKWORKER_MODULE(app) {
    using namespace integration;
    app.config(settings(), tw::unknown::ignore);
    app.resource<conformance::SideChannel>([] {
        return std::make_unique<conformance::SideChannel>(recording_url());
    });
    add_value_tasks(app);
    add_end_tasks(app);
    add_request_tasks(app);
    add_recording_tasks(app);
    add_smoke_tasks(app);
    add_workflow_tasks(app);
}
