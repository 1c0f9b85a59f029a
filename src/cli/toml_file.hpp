#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "taskworker/json.hpp"

namespace taskworker {

// One entry of the top level of a TOML file.
struct TomlEntry {
    std::string name;
    Json value;  // dates and times as ISO text
    int line = 0;
};

// Throws ConfigError: it cannot be read, or is not TOML (with line and column).
std::vector<TomlEntry> read_toml(const std::filesystem::path& file);

}  // namespace taskworker
