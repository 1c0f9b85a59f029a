#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "taskworker/app.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// Where the effective value of a setting came from; a later layer wins over an earlier one.
enum class Layer { Default, Module, File, Environment, CommandLine };
std::string_view name_of(Layer layer);  // "environment"

// A setting given as text on the command line: by a flag, by --set, or as `task.acks_late=1`.
struct Override {
    std::string name;  // of the setting, or "app.<key>"
    std::string text;
    std::string shown;  // what the user typed: "-c", "--set worker_pool"
};

struct ConfigSources {
    std::vector<ModuleSettings> module = {};         // app.config(), in order
    std::optional<std::filesystem::path> file = {};  // --config: it must be there
    std::filesystem::path directory = {};            // else taskworker.toml here, if it is there
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::vector<std::string> other_variables = {};  // CELERY_… that others read
    std::vector<Override> command_line = {};
};

struct LoadedSettings {
    Settings settings;
    std::map<std::string, Layer, std::less<>> layers = {};  // of what is not a default
    std::vector<std::string> warnings = {};
    Layer layer_of(std::string_view name) const;
};

// Builds the settings of this process from all layers. Throws ConfigError, one line without
// secrets:
//   worker_concurrency = "many" (environment CELERY_WORKER_CONCURRENCY): must be a whole number
LoadedSettings load_config(const ConfigSources& sources);

// Celery's spelling of a setting on the command line: "task.acks_late=1", ".lost_wait=5" (the area
// is then worker), "task_routes=(json){…}" (celery/loaders/base.py: cmdline_config_parser). Nothing
// when the token is none of these.
std::optional<Override> parse_dotted_override(std::string_view token);

// "name=value" of --set. Throws ConfigError.
Override parse_set(std::string_view text);

// The whole environment of this process.
std::vector<std::pair<std::string, std::string>> process_environment();

}  // namespace taskworker
