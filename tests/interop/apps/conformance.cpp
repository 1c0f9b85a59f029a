// What `taskworker -A conformance` loads: the tasks with which tests drive a worker from outside.
#include <memory>

#include "app_settings.hpp"
#include "side_channel.hpp"
#include "tasks.hpp"

TASKWORKER_MODULE(app) {
    using namespace conformance;
    app.config(settings_from_environment(), tw::unknown::ignore);
    app.resource<SideChannel>([] {
        return std::make_unique<SideChannel>(environment("CONFORMANCE_REDIS_URL"));
    });
    app.control("conformance.say", [](const tw::Json& arguments) {
        return tw::Json{{"said", arguments.at("word")}};
    });
    add_value_tasks(app);
    add_time_tasks(app);
    add_error_tasks(app);
    add_retry_tasks(app);
    add_request_tasks(app);
    add_state_tasks(app);
    add_recording_tasks(app);
    add_workflow_tasks(app);
}
