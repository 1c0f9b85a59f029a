// The settings of a program that is no worker, from the layers that a worker has.
#include <filesystem>

#include "cli/load_config.hpp"
#include "taskworker/client.hpp"

namespace taskworker {

Settings load_settings(const Json& own) {
    ConfigSources sources;
    if (!own.empty()) sources.module.push_back({own});
    sources.directory = std::filesystem::current_path();
    sources.environment = process_environment();
    return load_config(sources).settings;
}

}  // namespace taskworker
