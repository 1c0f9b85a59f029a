// What `taskworker -A conformance` loads: the tasks with which tests drive a worker from outside.
#include <cstdlib>
#include <memory>

#include "side_channel.hpp"
#include "tasks.hpp"

namespace conformance {
namespace {

std::string environment(const char* name, const char* otherwise = "") {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

// Celery's settings, the ones of CONFORMANCE_CONF last.
tw::Json settings() {
    tw::Json settings = tw::Json::object();
    settings["broker_url"] = environment("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0");
    if (const auto url = environment("CELERY_RESULT_BACKEND"); !url.empty()) {
        settings["result_backend"] = url;
    }
    settings["worker_log_color"] = false;
    settings.update(tw::Json::parse(environment("CONFORMANCE_CONF", "{}")));
    return settings;
}

}  // namespace
}  // namespace conformance

TASKWORKER_MODULE(app) {
    using namespace conformance;
    app.config(settings(), tw::unknown::ignore);
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
}
