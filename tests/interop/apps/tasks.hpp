#pragma once

#include "taskworker/taskworker.hpp"

// The tasks of the app `conformance`, by topic. They behave as the tasks of a Python app with the
// same functions would: the tests compare the two.

namespace conformance {

using namespace std::chrono_literals;
using namespace tw::literals;

void add_value_tasks(tw::App& app);
void add_time_tasks(tw::App& app);
void add_error_tasks(tw::App& app);
void add_retry_tasks(tw::App& app);
void add_request_tasks(tw::App& app);
void add_state_tasks(tw::App& app);
void add_recording_tasks(tw::App& app);
void add_workflow_tasks(tw::App& app);

// The app's own exception class.
class ConformanceError : public tw::TaskError {
public:
    explicit ConformanceError(tw::Json args)
        : TaskError("ConformanceError", std::move(args), "conformance") {}
};

// What the request looks like from inside, as one object.
tw::Json describe_request(const tw::Request& request);

}  // namespace conformance
