#pragma once

#include <nlohmann/json.hpp>

#include <utility>

namespace taskworker {

// How C++ values become Json and come back.
template <class T, class = void>
struct JsonConvert {
    template <class J, class V>
    static void to_json(J& json, V&& value) {
        nlohmann::to_json(json, std::forward<V>(value));
    }
    template <class J>
    static void from_json(J&& json, T& value) {
        nlohmann::from_json(std::forward<J>(json), value);
    }
};

}  // namespace taskworker
