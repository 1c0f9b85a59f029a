#pragma once

#include <array>
#include <string_view>

namespace taskworker::redis {

// A Lua script, known by its address. `name` is for errors; the preludes are put in front of
// `source`: functions that several scripts share.
struct Script {
    std::string_view name;
    std::string_view source;
    std::array<std::string_view, 2> preludes = {};
};

}  // namespace taskworker::redis
