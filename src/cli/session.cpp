#include "cli/session.hpp"

#include <cstdlib>

#include "cli/load_module.hpp"
#include "task/annotations.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::string app_of(const GlobalOptions& options) {
    if (!options.app.empty()) return options.app;
    const char* name = std::getenv("CELERY_APP");
    return name ? name : "";
}

bool no_color_wanted() {
    const char* value = std::getenv("NO_COLOR");  // https://no-color.org
    return value && *value != '\0';
}

}  // namespace

Session::Session(const GlobalOptions& options, RegisterTasks linked_in, NeedsApp needs_app)
    : app_name_(app_of(options)) {
    if (linked_in) {
        linked_in(app_);
    } else if (!app_name_.empty()) {
        module_ = find_module(app_name_, module_places());
        load_module(module_, app_);
    } else if (needs_app == NeedsApp::Yes) {
        throw ConfigError(
            "no tasks to run: name the module that has them, e.g. `taskworker -A app worker -l "
            "info` "
            "(app.so or libapp.so)"
        );
    }
    loaded_ = load_config(
        {.module = app_.configured(),
         .file = options.config,
         .directory = module_places().directory,
         .environment = process_environment(),
         .other_variables = options.variables,
         .command_line = options.overrides}
    );
    loaded_.settings.task_routers = app_.routers();
    annotate(app_, loaded_.settings.task_annotations);
    auto& colour = loaded_.settings.worker_log_color;
    if (options.no_color || (no_color_wanted() && !colour)) colour = false;
}

}  // namespace taskworker
