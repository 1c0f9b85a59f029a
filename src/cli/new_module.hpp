#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace taskworker {

struct NewFile {
    std::string name;
    std::string text;
};

// The files of a module to begin with, which builds and runs as it is. Throws ConfigError when the
// name is no name for a module.
std::vector<NewFile> new_module(std::string_view name);

}  // namespace taskworker
