#pragma once

#include <string_view>

namespace taskworker::redis {

// A Lua script: its text is its identity, its name is for errors.
struct Script {
    std::string_view name;
    std::string_view source;
};

}  // namespace taskworker::redis
