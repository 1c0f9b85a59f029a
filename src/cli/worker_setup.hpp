#pragma once

#include <string>
#include <vector>

#include "cli/banner.hpp"
#include "cli/options.hpp"
#include "cli/session.hpp"

namespace taskworker {

// What `taskworker worker` works out before it starts. Pure, but for the machine's facts in the
// banner.

// -Q without -X, else task_queues or the default queue without -X; each once. Throws ConfigError
// when none is left.
std::vector<std::string> queues_of(
    const WorkerCommand& options, const Settings& settings, const std::string& node = {}
);

// The arguments of `taskworker pool-child` that make it build the same app with the same settings.
std::vector<std::string> child_arguments(const GlobalOptions& global, const Session& session);

BannerFacts banner_facts(
    const Session& session, const WorkerCommand& options, const std::string& node
);

}  // namespace taskworker
