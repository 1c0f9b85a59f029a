#pragma once

#include <string>
#include <string_view>

#include "base/url.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// Names and lives of results in Redis (wire §4.1). A value.
struct ResultKeys {
    std::string prefix;  // global_keyprefix of the result backend, as Celery completes it
    long ttl = 86400;    // seconds; 0: for ever

    std::string meta(std::string_view task_id) const {
        return prefix + "celery-task-meta-" + std::string(task_id);
    }
};

// Throws ConfigError for transport options of a wrong type.
ResultKeys result_keys(const Settings& settings);

// No results are stored: empty, "disabled".
bool stores_no_results(const Settings& settings);

// The Redis of settings.result_backend. Throws ConfigError when it is none that we speak to.
RedisUrl result_url(const Settings& settings);

}  // namespace taskworker
