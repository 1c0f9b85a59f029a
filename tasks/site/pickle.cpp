#include "site/pickle.hpp"

#include <bit>
#include <cstdint>

namespace shop {
namespace {

// The opcodes of Lib/pickle.py that are needed.
constexpr char kNone = 'N', kTrue = '\x88', kFalse = '\x89', kLong = '\x8a', kFloat = 'G',
               kText = 'X', kEmptyList = ']', kEmptyDict = '}', kMark = '(', kAppends = 'e',
               kSetItems = 'u', kStop = '.';

void append_little_endian(std::string& out, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

void append_text(std::string& out, const std::string& text) {
    // Through JSON and back: what is not UTF-8 is replaced.
    const auto quoted = tw::Json(text).dump(-1, ' ', false, tw::Json::error_handler_t::replace);
    const auto valid = tw::Json::parse(quoted).get<std::string>();
    out += kText;
    append_little_endian(out, valid.size(), 4);
    out += valid;
}

// Two's complement in nine bytes, so that an unsigned 64-bit number stays positive.
void append_integer(std::string& out, std::uint64_t bits, bool negative) {
    out += kLong;
    out += '\x09';
    append_little_endian(out, bits, 8);
    out += negative ? '\xff' : '\x00';
}

void append_float(std::string& out, double number) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    out += kFloat;
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
}

void append(std::string& out, const tw::Json& value) {
    if (value.is_null()) {
        out += kNone;
    } else if (value.is_boolean()) {
        out += value.get<bool>() ? kTrue : kFalse;
    } else if (value.is_number_unsigned()) {
        append_integer(out, value.get<std::uint64_t>(), false);
    } else if (value.is_number_integer()) {
        const auto number = value.get<std::int64_t>();
        append_integer(out, static_cast<std::uint64_t>(number), number < 0);
    } else if (value.is_number_float()) {
        append_float(out, value.get<double>());
    } else if (value.is_string()) {
        append_text(out, value.get<std::string>());
    } else if (value.is_array()) {
        out += kEmptyList;
        out += kMark;
        for (const auto& element : value) append(out, element);
        out += kAppends;
    } else if (value.is_object()) {
        out += kEmptyDict;
        out += kMark;
        for (const auto& [name, member] : value.items()) {
            append_text(out, name);
            append(out, member);
        }
        out += kSetItems;
    } else {
        throw tw::TaskError("TypeError", "this value cannot be pickled");
    }
}

}  // namespace

std::string pickled(const tw::Json& value) {
    std::string out = "\x80\x03";
    append(out, value);
    return out + kStop;
}

}  // namespace shop
