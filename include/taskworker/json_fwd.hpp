#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace taskworker {

template <class T, class = void>
struct JsonConvert;  // convert.hpp

using Json = nlohmann::basic_json<
    nlohmann::ordered_map,
    std::vector,
    std::string,
    bool,
    std::int64_t,
    std::uint64_t,
    double,
    std::allocator,
    JsonConvert>;

}  // namespace taskworker
