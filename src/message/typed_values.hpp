#pragma once

#include <optional>
#include <string>

#include "taskworker/json.hpp"

namespace taskworker {

// kombu's typed values, {"__type__": …, "__value__": …} (kombu/utils/json.py), as Python prints
// them. Nothing for objects that are none, or that Python could not read.

struct TypedText {
    std::string repr;  // "datetime.date(2024, 1, 2)"
    std::string str;   // "2024-01-02"
};
std::optional<TypedText> typed_text(const Json& value);

// The bytes of a value of type bytes or base64.
std::optional<std::string> typed_bytes(const Json& value);

}  // namespace taskworker
