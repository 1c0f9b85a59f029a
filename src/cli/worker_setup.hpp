#pragma once

#include <string>
#include <vector>

#include "cli/banner.hpp"
#include "cli/options.hpp"
#include "cli/session.hpp"
#include "lifecycle/autoscale.hpp"

namespace taskworker {

// What `taskworker worker` works out before it starts. Pure, but for the machine's facts in the
// banner.

// -Q without -X, else task_queues or the default queue without -X; each once. Throws ConfigError
// when none is left.
std::vector<std::string> queues_of(
    const WorkerCommand& options, const Settings& settings, const std::string& node = {}
);

// The arguments of `taskworker pool-child` that make it build the same app with the same settings.
// Everybody can read them (ps), and a setting may be a password: settings of the command line
// travel in child_setup(), from parent to child.
std::vector<std::string> child_arguments(const GlobalOptions& global, const Session& session);
std::string child_setup(const GlobalOptions& global);
std::vector<Override> overrides_in(const std::string& child_setup);

// "10,3" or "10" (then at least 0) of --autoscale, in any order as in Celery; nothing when it is
// not given. Throws ConfigError.
std::optional<Autoscale> autoscale_of(const WorkerCommand& options);

BannerFacts banner_facts(
    const Session& session, const WorkerCommand& options, const std::string& node
);

}  // namespace taskworker
