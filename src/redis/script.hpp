#pragma once

#include <string_view>

namespace taskworker::redis {

// A Lua script, known by its address. `name` is for errors; `prelude` is put in front of `source`:
// functions that several scripts share.
struct Script {
    std::string_view name;
    std::string_view source;
    std::string_view prelude = {};
};

}  // namespace taskworker::redis
