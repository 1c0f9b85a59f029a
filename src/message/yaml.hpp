#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// YAML as kombu uses it: PyYAML's safe_load and safe_dump, that is YAML 1.1 with Python's safe
// tags. The parser and the emitter are libyaml's, which PyYAML has too; what a scalar means is
// decided here.

// Aliases are copied, within a bound of their own: a few lines can mean billions of values. Tags
// that are not YAML's own ("!!python/object") are refused, aliases within themselves as well. Keys
// become text as they do in JSON; timestamps become typed values, a set becomes a list.
std::variant<Json, Malformed> read_yaml(std::string_view text, const WireLimits& limits);

// What the first value is: '[' for a sequence, '{' for a mapping, '\0' for anything else.
char first_sign_of_yaml(std::string_view text);

// Throws EncodeError for what safe_dump cannot represent either: time, Decimal, UUID.
std::string write_yaml(const Json& value);

}  // namespace taskworker
