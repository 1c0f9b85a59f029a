#pragma once

#include <filesystem>
#include <string>

#include "cli/load_config.hpp"
#include "cli/options.hpp"
#include "taskworker/app.hpp"

namespace taskworker {

using RegisterTasks = void (*)(App&);  // tw::run(); null in the program `taskworker`

enum class NeedsApp { Yes, No };

// What every command works with: the app and the settings from all layers.
class Session {
public:
    // Loads the module and the settings. Throws ConfigError; also when an app is needed and none
    // was named, by -A, in the environment (CELERY_APP) or by linking it in.
    Session(const GlobalOptions& options, RegisterTasks linked_in, NeedsApp needs_app);

    const App& app() const { return app_; }
    const Settings& settings() const { return loaded_.settings; }
    const LoadedSettings& loaded() const { return loaded_; }
    const std::string& app_name() const { return app_name_; }        // as given: "app"
    const std::filesystem::path& module() const { return module_; }  // empty: linked in

private:
    App app_;
    LoadedSettings loaded_;
    std::string app_name_;
    std::filesystem::path module_;
};

}  // namespace taskworker
