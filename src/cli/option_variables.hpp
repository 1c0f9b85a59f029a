#pragma once

#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace taskworker {

using Variables = std::vector<std::pair<std::string, std::string>>;

// Options from the environment, as Celery has them (click's auto_envvar_prefix): CELERY_WORKDIR for
// a global one, CELERY_WORKER_HOSTNAME for one of `worker`; for some APP, BROKER_URL,
// RESULT_BACKEND and NO_COLOR as well. The command line wins. A variable that is also a setting's
// (CELERY_WORKER_CONCURRENCY) is left to the settings.

// The names of the variables that stand for an option; the first one that is set counts.
// `command` is null for a global option.
std::vector<std::string> variables_of(const CLI::Option& option, const CLI::App* command);

// Gives the options of `app` and of the chosen command that are not on the command line the values
// that the environment has for them; `origin` names the variable meanwhile. Throws ConfigError,
// which names it too.
void take_variables(CLI::App& app, const Variables& environment, std::string& origin);

// Every such variable of every command: they are no unknown settings.
std::vector<std::string> all_variables(const CLI::App& app);

}  // namespace taskworker
