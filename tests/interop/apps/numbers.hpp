#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include <optional>
#include <variant>

#include "taskworker/json.hpp"

namespace conformance {

// A number as Python has them: an integer of any size, or a double.
using Number = std::variant<boost::multiprecision::cpp_int, double>;

std::optional<Number> number_of(const tw::Json& value);  // True is 1, as in Python
tw::Json json_of(const Number& number);

// Integers stay integers; with a double among them both are doubles. Throws Python's OverflowError.
Number sum(const Number& x, const Number& y);
Number product(const Number& x, const Number& y);

}  // namespace conformance
