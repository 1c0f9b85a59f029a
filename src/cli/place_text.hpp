#pragma once

#include <string>
#include <vector>

#include "broker/redis_survey.hpp"

namespace taskworker {

// "waits in queue celery, position 3 (1 runs next)"
std::string text_of_place(const RedisSurvey::Place& place);

// Where `explain` and `chord` look: the queues given, else the default one, and all that live
// workers serve.
std::vector<std::string> queues_to_search(
    RedisSurvey& survey, const std::vector<std::string>& given, const Settings& settings
);

}  // namespace taskworker
