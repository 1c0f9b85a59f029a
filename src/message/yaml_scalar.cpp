#include "message/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/base64.hpp"
#include "message/python_json.hpp"
#include "message/typed_values.hpp"
#include "taskworker/values.hpp"

namespace taskworker {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_digit_or_gap(char c) { return is_ascii_digit(c) || c == '_'; }

// The resolver's regular expressions as straight code: no backtracking, no recursion.
struct Cursor {
    std::string_view text;
    std::size_t at = 0;

    bool done() const { return at == text.size(); }
    char peek() const { return done() ? '\0' : text[at]; }
    bool skip(char c) { return peek() == c && !done() && (++at, true); }
    bool skip_any(std::string_view signs) {
        return !done() && signs.find(peek()) != signs.npos && (++at, true);
    }
    template <class Fits>
    std::size_t run(Fits fits) {
        const auto begin = at;
        while (!done() && fits(text[at])) ++at;
        return at - begin;
    }
    std::size_t digits(std::size_t most) {
        const auto begin = at;
        while (at - begin < most && is_ascii_digit(peek())) ++at;
        return at - begin;
    }
    // (:[0-5]?[0-9])+
    bool base_60() {
        bool any = false;
        while (peek() == ':') {
            ++at;
            const auto begin = at;
            if (digits(2) == 0 || (at - begin == 2 && text[begin] > '5')) return false;
            any = true;
        }
        return any;
    }
    void exponent() {
        const auto begin = at;
        if (skip_any("eE") && skip_any("+-") && run(is_ascii_digit) > 0) return;
        at = begin;
    }
};

bool is_float(std::string_view text) {
    if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return true;
    Cursor in{text};
    const bool has_sign = in.skip_any("+-");
    if (is_one_of(text.substr(in.at), {".inf", ".Inf", ".INF"})) return true;
    if (in.peek() == '.' && !has_sign) {
        ++in.at;
        if (!is_ascii_digit(in.peek())) return false;
        in.run(is_digit_or_gap);
        in.exponent();
        return in.done();
    }
    if (!is_ascii_digit(in.peek())) return false;
    in.run(is_digit_or_gap);
    const bool sixties = in.peek() == ':';
    if (sixties && !in.base_60()) return false;
    if (!in.skip('.')) return false;
    in.run(is_digit_or_gap);
    if (!sixties) in.exponent();
    return in.done();
}

bool is_int(std::string_view text) {
    Cursor in{text};
    in.skip_any("+-");
    const auto rest = text.substr(in.at);
    if (rest == "0") return true;
    const auto all = [](std::string_view digits, auto fits) {
        return !digits.empty() && std::all_of(digits.begin(), digits.end(), fits);
    };
    if (rest.starts_with("0b"))
        return all(rest.substr(2), [](char c) { return c == '0' || c == '1' || c == '_'; });
    if (rest.starts_with("0x")) {
        return all(rest.substr(2), [](char c) {
            return is_digit_or_gap(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        });
    }
    if (rest.starts_with('0'))
        return all(rest.substr(1), [](char c) { return (c >= '0' && c <= '7') || c == '_'; });
    if (!is_ascii_digit(in.peek())) return false;
    in.run(is_digit_or_gap);
    return in.done() || (in.base_60() && in.done());
}

struct Stamp {
    DateTime value;
    bool date_only = false;
};

int number_of(std::string_view digits) {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

bool read_two_digits(Cursor& in, std::size_t least, int& to) {
    const auto begin = in.at;
    if (in.digits(2) < least) return false;
    to = number_of(in.text.substr(begin, in.at - begin));
    return true;
}

// [ \t]*(Z|[-+]hh?(:mm)?)
bool read_zone(Cursor& in, std::optional<int>& offset) {
    in.run([](char c) { return c == ' ' || c == '\t'; });
    if (in.skip('Z')) return offset = 0, true;
    const bool west = in.peek() == '-';
    int hours = 0, minutes = 0;
    if (!in.skip_any("+-") || !read_two_digits(in, 1, hours)) return false;
    if (in.skip(':') && !read_two_digits(in, 2, minutes)) return false;
    offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

bool read_clock(Cursor& in, Time& time) {
    const bool read = read_two_digits(in, 1, time.hour) && in.skip(':') &&
                      read_two_digits(in, 2, time.minute) && in.skip(':') &&
                      read_two_digits(in, 2, time.second);
    if (!read) return false;
    if (in.skip('.')) {
        const auto begin = in.at;
        in.run(is_ascii_digit);
        auto micros = std::string(in.text.substr(begin, in.at - begin)).substr(0, 6);
        micros.resize(6, '0');
        time.microsecond = number_of(micros);
    }
    return in.done() || read_zone(in, time.offset);
}

// What looks like a timestamp; whether there is such a day is another question.
std::optional<Stamp> read_stamp(std::string_view text) {
    Cursor in{text};
    Stamp stamp;
    auto& date = stamp.value.date;
    if (in.digits(4) != 4) return std::nullopt;
    date.year = number_of(text.substr(0, 4));
    if (!in.skip('-') || !read_two_digits(in, 1, date.month)) return std::nullopt;
    if (!in.skip('-') || !read_two_digits(in, 1, date.day)) return std::nullopt;
    if (in.done()) {
        stamp.date_only = true;
        return text.size() == 10 ? std::optional(stamp) : std::nullopt;
    }
    const bool parted =
        in.skip_any("Tt") || in.run([](char c) { return c == ' ' || c == '\t'; }) > 0;
    if (!parted || !read_clock(in, stamp.value.time) || !in.done()) return std::nullopt;
    return stamp;
}

std::optional<Json> yaml_timestamp(std::string_view text) {
    const auto stamp = read_stamp(text);
    if (!stamp) return std::nullopt;
    // Through the text: what parses is a day and a time that exist.
    const auto offset = stamp->value.time.offset;
    if (offset && (*offset <= -86400 || *offset >= 86400)) return std::nullopt;
    const auto real = DateTime::parse(stamp->value.iso());
    if (!real) return std::nullopt;
    return stamp->date_only ? Json(real->date) : Json(*real);
}

// Decimal text of a number in base 2, 8 or 16, 10^9 at a time.
std::string decimal_digits(std::string_view digits, unsigned base) {
    constexpr std::uint64_t kChunk = 1'000'000'000;
    std::vector<std::uint32_t> parts = {0};
    for (const char c : digits) {
        std::uint64_t carry = is_ascii_digit(c) ? static_cast<unsigned>(c - '0')
                                                : static_cast<unsigned>((c | 32) - 'a' + 10);
        for (auto& part : parts) {
            carry += std::uint64_t(part) * base;
            part = static_cast<std::uint32_t>(carry % kChunk);
            carry /= kChunk;
        }
        if (carry) parts.push_back(static_cast<std::uint32_t>(carry));
    }
    std::string text = std::to_string(parts.back());
    for (auto i = parts.size() - 1; i > 0; --i) {
        const auto part = std::to_string(parts[i - 1]);
        text += std::string(9 - part.size(), '0') + part;
    }
    return text;
}

std::optional<Json> integer_of(std::string digits, bool minus) {
    const auto number = BigInt::parse((minus ? "-" : "") + digits);
    return number ? std::optional(Json(*number)) : std::nullopt;
}

// 190:20:30 is 685230.
template <class Number>
Number sum_of_sixties(std::string_view text) {
    Number sum{};
    while (true) {
        const auto colon = text.find(':');
        Number part{};
        const auto one = text.substr(0, colon);
        std::from_chars(one.data(), one.data() + one.size(), part);
        sum = sum * 60 + part;
        if (colon == text.npos) return sum;
        text.remove_prefix(colon + 1);
    }
}

std::optional<Json> yaml_integer(std::string_view text) {
    constexpr std::size_t kMostDigits = 4300;  // sys.get_int_max_str_digits()
    if (!is_int(text)) return std::nullopt;
    std::string plain(text);
    std::erase(plain, '_');
    const bool minus = plain.starts_with('-');
    if (minus || plain.starts_with('+')) plain.erase(0, 1);
    if (plain.size() > kMostDigits) return std::nullopt;
    const auto in_base = [&](std::size_t prefix, unsigned base) -> std::optional<Json> {
        if (plain.size() == prefix) return std::nullopt;
        return integer_of(decimal_digits(std::string_view(plain).substr(prefix), base), minus);
    };
    if (plain == "0") return Json(0);
    if (plain.starts_with("0b")) return in_base(2, 2);
    if (plain.starts_with("0x")) return in_base(2, 16);
    if (plain.starts_with('0')) return in_base(1, 8);
    if (plain.find(':') == plain.npos) return integer_of(plain, minus);
    constexpr std::size_t kSurelyFits = 18;  // of digits in 64 bits
    if (plain.size() > kSurelyFits) return std::nullopt;
    return integer_of(std::to_string(sum_of_sixties<std::int64_t>(plain)), minus);
}

std::optional<Json> yaml_floating(std::string_view text) {
    std::string plain(text);
    std::erase(plain, '_');
    std::transform(plain.begin(), plain.end(), plain.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    const double sign = plain.starts_with('-') ? -1 : 1;
    if (plain.starts_with('-') || plain.starts_with('+')) plain.erase(0, 1);
    if (plain == ".inf") return Json(sign * std::numeric_limits<double>::infinity());
    if (plain == ".nan") return Json(std::numeric_limits<double>::quiet_NaN());
    if (is_float(text) && plain.find(':') != plain.npos)
        return Json(sign * sum_of_sixties<double>(plain));
    // What JSON takes, after a digit in front and behind the point.
    if (plain.starts_with('.')) plain.insert(0, "0");
    const auto point = plain.find('.');
    if (point != plain.npos && (point + 1 == plain.size() || !is_ascii_digit(plain[point + 1])))
        plain.insert(point + 1, "0");
    const auto first = plain.find_first_not_of('0');
    const auto zeros = first == plain.npos ? plain.size() : first;
    if (zeros > 0 && zeros < plain.size())
        plain.erase(0, is_ascii_digit(plain[zeros]) ? zeros : zeros - 1);
    const auto read = parse_json(plain);
    const auto* value = std::get_if<Json>(&read);
    if (!value || !value->is_number()) return std::nullopt;
    if (value->is_number_float()) return Json(sign * value->get_ref<const double&>());
    if (!value->is_number_integer()) return std::nullopt;
    return Json(sign * static_cast<double>(value->get_ref<const std::int64_t&>()));
}

std::optional<Json> yaml_boolean(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (is_one_of(lower, {"yes", "true", "on"})) return Json(true);
    if (is_one_of(lower, {"no", "false", "off"})) return Json(false);
    return std::nullopt;
}

std::optional<Json> yaml_binary(std::string_view text) {
    Json typed = Json::object();
    typed["__type__"] = "base64";
    typed["__value__"] = std::string(text);
    const auto bytes = typed_bytes(typed);  // as Python, white space and all
    return bytes ? std::optional(bytes_value(*bytes)) : std::nullopt;
}

}  // namespace

YamlTag yaml_tag_of_plain(std::string_view text) {
    if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return YamlTag::Null;
    if (text == "<<") return YamlTag::Merge;
    if (text == "=") return YamlTag::Value;
    if (text.size() <= 5 && is_one_of(
                                text,
                                {"yes",
                                 "Yes",
                                 "YES",
                                 "no",
                                 "No",
                                 "NO",
                                 "true",
                                 "True",
                                 "TRUE",
                                 "false",
                                 "False",
                                 "FALSE",
                                 "on",
                                 "On",
                                 "ON",
                                 "off",
                                 "Off",
                                 "OFF"}
                            ))
        return YamlTag::Bool;
    const char first = text[0];
    if (!is_ascii_digit(first) && first != '-' && first != '+' && first != '.')
        return YamlTag::Text;
    if (is_float(text)) return YamlTag::Float;
    if (is_int(text)) return YamlTag::Int;
    return read_stamp(text) ? YamlTag::Timestamp : YamlTag::Text;
}

std::optional<Json> yaml_value(YamlTag tag, std::string_view text) {
    switch (tag) {
        case YamlTag::Null:
            return Json(nullptr);
        case YamlTag::Bool:
            return yaml_boolean(text);
        case YamlTag::Int:
            return yaml_integer(text);
        case YamlTag::Float:
            return yaml_floating(text);
        case YamlTag::Timestamp:
            return yaml_timestamp(text);
        case YamlTag::Binary:
            return yaml_binary(text);
        case YamlTag::Text:
            return Json(std::string(text));
        case YamlTag::Merge:
        case YamlTag::Value:
            break;
    }
    return std::nullopt;
}

}  // namespace taskworker
