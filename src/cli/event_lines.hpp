#pragma once

#include <string>
#include <unordered_map>

#include "taskworker/json.hpp"

namespace taskworker {

// Events as `celery events --dump` prints them (celery/events/dumper.py), each with its line break.
// Only the first event of a task says its name, so that names are remembered, at most 10,000.
class EventLines {
public:
    std::string line(const Json& event);

private:
    std::unordered_map<std::string, std::string> names_;  // by id of the task
};

}  // namespace taskworker
