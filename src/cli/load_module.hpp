#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/app.hpp"

namespace taskworker {

// Where `-A app` is looked for, in this order.
struct ModulePlaces {
    std::string path = {};                 // $TASKWORKER_PATH: directories with ':' between
    std::filesystem::path directory = {};  // the current one; then tasks and build/tasks in it
    std::filesystem::path installed = {};  // the module directory of the installation
};
ModulePlaces module_places();  // of this process

// `given` is the path of a shared library (it has a '/' or ends in ".so") or a name, looked up as
// NAME.so and libNAME.so. Throws ConfigError, which lists where it looked.
std::filesystem::path find_module(std::string_view given, const ModulePlaces& places);

// Loads the library, compares its ABI stamp before anything of it is called, and lets it fill
// `app`. It stays loaded until the process ends: tasks and their types live in it. Throws
// ConfigError.
void load_module(const std::filesystem::path& file, App& app);

}  // namespace taskworker
