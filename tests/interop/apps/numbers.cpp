#include "numbers.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>

#include "taskworker/errors.hpp"
#include "taskworker/values.hpp"

namespace conformance {
namespace {

using Integer = boost::multiprecision::cpp_int;

// By way of the digits: strtod rounds to the nearest double, as Python does.
double to_double(const Number& number) {
    if (const auto* real = std::get_if<double>(&number)) return *real;
    const double rounded = std::strtod(std::get<Integer>(number).str().c_str(), nullptr);
    if (std::isinf(rounded))
        throw tw::TaskError("OverflowError", "int too large to convert to float");
    return rounded;
}

template <class Operation>
Number combine(const Number& x, const Number& y, Operation operation) {
    const auto* a = std::get_if<Integer>(&x);
    const auto* b = std::get_if<Integer>(&y);
    if (a && b) return Integer(operation(*a, *b));
    return operation(to_double(x), to_double(y));
}

}  // namespace

std::optional<Number> number_of(const tw::Json& value) {
    if (value.is_boolean()) return Integer(value.get<bool>() ? 1 : 0);
    if (value.is_number_unsigned()) return Integer(value.get<std::uint64_t>());
    if (value.is_number_integer()) return Integer(value.get<std::int64_t>());
    if (value.is_number_float()) return value.get<double>();
    if (value.is_binary()) return Integer(tw::from_json<tw::BigInt>(value).digits());
    return std::nullopt;
}

tw::Json json_of(const Number& number) {
    if (const auto* real = std::get_if<double>(&number)) return *real;
    const auto& integer = std::get<Integer>(number);
    if (integer >= std::numeric_limits<std::int64_t>::min() &&
        integer <= std::numeric_limits<std::int64_t>::max()) {
        return integer.convert_to<std::int64_t>();
    }
    if (integer > 0 && integer <= std::numeric_limits<std::uint64_t>::max()) {
        return integer.convert_to<std::uint64_t>();
    }
    return tw::BigInt(integer.str());
}

Number sum(const Number& x, const Number& y) { return combine(x, y, std::plus<>{}); }

Number product(const Number& x, const Number& y) { return combine(x, y, std::multiplies<>{}); }

}  // namespace conformance
