#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/queues.hpp"

namespace taskworker {

struct PurgeProgress {
    std::string_view queue;
    std::size_t removed = 0, all = 0;
};

// Deletes what lies in the queues now, in pieces, so that the server goes on serving others. What
// producers add meanwhile stays. Returns the number of messages.
std::size_t purge(
    Queues& queues,
    const std::vector<std::string>& names,
    const std::function<void(const PurgeProgress&)>& progress
);

// Celery's words (celery/bin/purge.py).
std::string purge_question(const std::vector<std::string>& names);
bool is_yes(std::string_view answer);
std::string purge_summary(std::size_t messages, std::size_t queues);

}  // namespace taskworker
