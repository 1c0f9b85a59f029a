#pragma once

#include <string>
#include <vector>

#include "broker/redis_checkup.hpp"

namespace taskworker {

// What is wrong with a broker, and what to do about it. Pure.
struct Finding {
    enum class Weight { Good, Note, Warning, Error };
    Weight weight;
    std::string what, remedy;  // no remedy: nothing to do
};

std::vector<Finding> findings_of(const ServerFacts& facts, const Settings& settings);

const char* name_of(Finding::Weight weight);  // "warning"

}  // namespace taskworker
