#include "app_settings.hpp"

#include <cstdlib>

#include "taskworker/fwd.hpp"

namespace conformance {

std::string environment(const char* name, const std::string& otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

tw::Json settings_from_environment() {
    tw::Json settings = tw::Json::object();
    settings["broker_url"] = environment("CELERY_BROKER_URL", "redis://127.0.0.1:6379/0");
    if (const auto url = environment("CELERY_RESULT_BACKEND"); !url.empty()) {
        settings["result_backend"] = url;
    }
    settings["worker_log_color"] = false;
    settings.update(tw::Json::parse(environment("CONFORMANCE_CONF", "{}")));
    return settings;
}

}  // namespace conformance
