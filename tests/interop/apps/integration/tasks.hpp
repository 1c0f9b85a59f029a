#pragma once

#include <string>

#include "taskworker/taskworker.hpp"

// The tasks that Celery's own integration and smoke suites call, by topic, under the names they
// have there.

namespace integration {

using namespace std::chrono_literals;
using namespace tw::literals;

void add_value_tasks(tw::App& app);
void add_end_tasks(tw::App& app);
void add_request_tasks(tw::App& app);
void add_recording_tasks(tw::App& app);
void add_smoke_tasks(tw::App& app);
void add_workflow_tasks(tw::App& app);

// t.integration.tasks.<name>
inline std::string suite(const char* name) { return std::string("t.integration.tasks.") + name; }

// An exception class of the suite.
inline tw::TaskError suite_error(const char* type, tw::Json args) {
    return {type, std::move(args), "t.integration.tasks"};
}

}  // namespace integration
