#pragma once

#include <string>
#include <string_view>

#include "taskworker/errors.hpp"
#include "taskworker/json.hpp"

namespace conformance {

// What the reference app's describe() calls the kind of a value.
std::string_view kind_of(const tw::Json& value);

// The type as Python's error messages name it: NoneType, int, datetime.datetime …
std::string_view type_name(const tw::Json& value);

// TypeError: unsupported operand type(s) for +: 'int' and 'str'
[[noreturn]] void refuse_operands(char operation, const tw::Json& x, const tw::Json& y);

inline tw::TaskError type_error(const std::string& text) { return {"TypeError", text}; }

}  // namespace conformance
