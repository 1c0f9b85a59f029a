#include "message/python_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "message/byte_scan.hpp"
#include "base/utf8.hpp"

namespace taskworker {
namespace {

void append_unit(std::string& out, std::uint32_t unit) {
    static constexpr char kHex[] = "0123456789abcdef";
    const char text[] = {
        '\\', 'u', kHex[unit >> 12], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15], kHex[unit & 15]};
    out.append(text, sizeof text);
}

void append_escaped(std::string& out, std::uint32_t code) {
    switch (code) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\b':
            out += "\\b";
            return;
        default:
            break;
    }
    if (code >= 0x10000) {
        append_unit(out, 0xd800 + ((code - 0x10000) >> 10));
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    append_unit(out, code);
}

template <class T>
void append_integer(std::string& out, T value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_double(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value < 0 ? "-Infinity" : "Infinity";
    } else {
        out += float_text(value);
    }
}

void append_binary(std::string& out, const Json& value) {
    if (!is_big_int(value)) throw EncodeError("binary value is not JSON serializable");
    out += big_int_digits(value);
}

void write_value(std::string& out, const Json& value, std::size_t depth);

void write_array(std::string& out, const Json& value, std::size_t depth) {
    out += '[';
    const char* separator = "";
    for (const auto& element : value.get_ref<const Json::array_t&>()) {
        out += separator;
        separator = ", ";
        write_value(out, element, depth);
    }
    out += ']';
}

void write_object(std::string& out, const Json& value, std::size_t depth) {
    out += '{';
    const char* separator = "";
    for (const auto& [name, member] : value.get_ref<const Json::object_t&>()) {
        out += separator;
        separator = ", ";
        write_json_string(out, name);
        out += ": ";
        write_value(out, member, depth);
    }
    out += '}';
}

void write_value(std::string& out, const Json& value, std::size_t depth) {
    if (depth > kMostDepth) {
        throw EncodeError(fmt::format("value is nested deeper than {} levels", kMostDepth));
    }
    switch (value.type()) {
        case Json::value_t::null:
            out += "null";
            return;
        case Json::value_t::boolean:
            out += value.get_ref<const bool&>() ? "true" : "false";
            return;
        case Json::value_t::string:
            return write_json_string(out, value.get_ref<const std::string&>());
        case Json::value_t::number_integer:
            return append_integer(out, value.get_ref<const std::int64_t&>());
        case Json::value_t::number_unsigned:
            return append_integer(out, value.get_ref<const std::uint64_t&>());
        case Json::value_t::number_float:
            return append_double(out, value.get_ref<const double&>());
        case Json::value_t::array:
            return write_array(out, value, depth + 1);
        case Json::value_t::object:
            return write_object(out, value, depth + 1);
        case Json::value_t::binary:
            return append_binary(out, value);
        case Json::value_t::discarded:
            break;
    }
    throw EncodeError("discarded value is not JSON serializable");
}

}  // namespace

void write_json(std::string& out, const Json& value) { write_value(out, value, 0); }

std::string to_json_text(const Json& value) {
    std::string out;
    write_json(out, value);
    return out;
}

void write_json_string(std::string& out, std::string_view text) {
    out.reserve(out.size() + text.size() + 2);
    out += '"';
    std::size_t at = 0;
    while (at < text.size()) {
        const auto run = find_escaped_by_dumps(text, at);
        out.append(text, at, run - at);
        at = run;
        if (at < text.size()) append_escaped(out, next_code_point(text, at));
    }
    out += '"';
}

// float_repr_style 'short': digits as few as needed; exponents below -4 and from 16 on.
std::string float_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    char buffer[40];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
    std::string out;
    if (text[0] == '-') out = '-', text.remove_prefix(1);
    const auto e = text.find('e');
    int exponent = 0;
    std::from_chars(text.data() + e + 1 + (text[e + 1] == '+'), end.ptr, exponent);
    std::string digits(1, text[0]);
    if (e > 2) digits += text.substr(2, e - 2);

    if (exponent < -4 || exponent >= 16) {
        out += digits[0];
        if (digits.size() > 1) (out += '.').append(digits, 1);
        return out + fmt::format("e{}{:02d}", exponent < 0 ? '-' : '+', std::abs(exponent));
    }
    if (exponent < 0)
        return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    out.append(digits, 0, whole);
    out += '.';
    return digits.size() > whole ? out.append(digits, whole) : out += '0';
}

bool is_big_int(const Json& value) {
    if (!value.is_binary()) return false;
    const auto& bytes = value.get_binary();
    if (!bytes.has_subtype() || bytes.subtype() != kBigInt) return false;
    const auto digits = big_int_digits(value);
    const auto start = digits.starts_with('-') ? 1u : 0u;
    return digits.size() > start &&
           digits.find_first_not_of("0123456789", start) == std::string_view::npos;
}

std::string_view big_int_digits(const Json& value) {
    const auto& bytes = value.get_binary();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace taskworker
