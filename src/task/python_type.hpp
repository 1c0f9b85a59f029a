#pragma once

#include <string_view>

#include "taskworker/json.hpp"

namespace taskworker {

// What Python calls the type of a JSON value.
inline std::string_view python_type(const Json& value) {
    switch (value.type()) {
        case Json::value_t::null:
            return "NoneType";
        case Json::value_t::boolean:
            return "bool";
        case Json::value_t::string:
            return "str";
        case Json::value_t::array:
            return "list";
        case Json::value_t::object:
            return "dict";
        case Json::value_t::number_float:
            return "float";
        default:
            return "int";
    }
}

}  // namespace taskworker
