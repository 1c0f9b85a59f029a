#pragma once

#include <optional>
#include <string>
#include <string_view>

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

// The types that kombu registers by itself: datetime, date, time, decimal, uuid, bytes, base64.
bool is_known_type(std::string_view marker);

// Whether Python could make a value of this typed object.
bool is_valid_typed_value(const Json& typed);

// "datetime.datetime", "decimal.Decimal" …; empty for a value that is none of these, and for bytes.
std::string_view python_type_of_typed(const Json& value);

// The typed value of these bytes, as kombu writes it.
Json bytes_value(const std::string& bytes);

}  // namespace taskworker
