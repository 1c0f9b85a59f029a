#pragma once

#include <string>
#include <utility>
#include <vector>

namespace taskworker {

// The libraries that we were built with, by name, with their versions.
std::vector<std::pair<std::string, std::string>> library_versions();

std::string compiler_version();  // "GCC 12.2.0"

// What --version prints.
std::string version_text();

}  // namespace taskworker
