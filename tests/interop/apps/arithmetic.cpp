#include "arithmetic.hpp"

#include "numbers.hpp"
#include "types.hpp"

namespace conformance {
namespace {

// "a" + 1 and [1] + 1: Python's words differ from those for numbers.
[[noreturn]] void refuse_concatenation(const tw::Json& x, const tw::Json& y) {
    const std::string type(type_name(x));
    throw type_error(
        "can only concatenate " + type + " (not \"" + std::string(type_name(y)) + "\") to " + type
    );
}

}  // namespace

tw::Json add(tw::Json x, const tw::Json& y) {
    if (const auto a = number_of(x)) {
        if (const auto b = number_of(y)) return json_of(sum(*a, *b));
    } else if (x.is_string()) {
        if (!y.is_string()) refuse_concatenation(x, y);
        return x.get<std::string>() + y.get<std::string>();
    } else if (x.is_array()) {
        if (!y.is_array()) refuse_concatenation(x, y);
        x.insert(x.end(), y.begin(), y.end());
        return x;
    }
    refuse_operands('+', x, y);
}

tw::Json mul(const tw::Json& x, const tw::Json& y) {
    const auto a = number_of(x), b = number_of(y);
    if (!a || !b) refuse_operands('*', x, y);
    return json_of(product(*a, *b));
}

tw::Json tsum(const tw::Json& numbers) {
    if (!numbers.is_array())
        throw type_error("'" + std::string(type_name(numbers)) + "' object is not iterable");
    Number total = 0;
    for (const auto& item : numbers) {
        const auto number = number_of(item);
        if (!number) refuse_operands('+', json_of(total), item);
        total = sum(total, *number);
    }
    return json_of(total);
}

}  // namespace conformance
