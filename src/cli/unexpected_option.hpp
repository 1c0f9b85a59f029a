#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace taskworker {

// One line about a token that no option, command or argument fits: the nearest right one, or why an
// option of Celery is missing here. `command` may be null: none was given.
std::string unexpected_option(
    const std::string& token, const CLI::App& app, const CLI::App* command
);

}  // namespace taskworker
