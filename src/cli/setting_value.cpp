#include "cli/setting_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

const std::string* text_of(const Json& value) { return value.get_ptr<const std::string*>(); }

std::optional<double> number_of(const Json& value) {
    if (const auto* real = value.get_ptr<const double*>()) return *real;
    if (const auto* whole = value.get_ptr<const std::uint64_t*>())
        return static_cast<double>(*whole);
    if (const auto* whole = value.get_ptr<const std::int64_t*>())
        return static_cast<double>(*whole);
    return std::nullopt;
}

TextValue read_json(std::string_view text, Shape shape) {
    auto read = parse_json(text);
    if (auto* value = std::get_if<Json>(&read); value && fits(shape, *value))
        return {.value = std::move(*value)};
    return {.broken = std::string(rule_of(shape)) + ", as JSON"};
}

// celery/utils/serialization.py: strtobool
TextValue read_bool(std::string_view text) {
    const auto word = lower(text);
    for (const auto yes : {"true", "yes", "on", "1"})
        if (word == yes) return {.value = true};
    for (const auto no : {"false", "no", "off", "0"})
        if (word == no) return {.value = false};
    return {.broken = std::string(rule_of(Shape::Bool))};
}

template <class T>
TextValue read_number(std::string_view text, Shape shape) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return {.broken = std::string(rule_of(shape))};
    return {.value = value};
}

TextValue read_list(std::string_view text) {
    if (text.starts_with('[')) return read_json(text, Shape::List);
    auto list = Json::array();
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const auto item = trim(text.substr(0, comma)); !item.empty())
            list.push_back(std::string(item));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return {.value = std::move(list)};
}

}  // namespace

std::string_view rule_of(Shape shape) {
    switch (shape) {
        case Shape::Bool:
            return "must be true or false";
        case Shape::Int:
            return "must be a whole number";
        case Shape::Number:
            return "must be a number of seconds, 0 or more";
        case Shape::Text:
            return "must be a string";
        case Shape::List:
            return "must be a list of strings";
        case Shape::Object:
            return "must be an object";
        case Shape::Any:
            break;
    }
    return "must be a value";
}

std::string_view name_of(Shape shape) {
    switch (shape) {
        case Shape::Bool:
            return "bool";
        case Shape::Int:
            return "int";
        case Shape::Number:
            return "number";
        case Shape::Text:
            return "string";
        case Shape::List:
            return "list";
        case Shape::Object:
            return "object";
        case Shape::Any:
            break;
    }
    return "any";
}

bool fits(Shape shape, const Json& value) {
    switch (shape) {
        case Shape::Bool:
            return value.is_boolean();
        case Shape::Int:
            return value.is_number_integer();
        case Shape::Number:
            return value.is_number();
        case Shape::Text:
            return value.is_string();
        case Shape::List:
            return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& v) {
                       return v.is_string();
                   });
        case Shape::Object:
            return value.is_object();
        case Shape::Any:
            break;
    }
    return true;
}

Broken convert(const Json& value, bool& to) {
    const auto* flag = value.get_ptr<const bool*>();
    if (!flag) return std::string(rule_of(Shape::Bool));
    to = *flag;
    return std::nullopt;
}

Broken convert(const Json& value, int& to) {
    if (!value.is_number_integer()) return std::string(rule_of(Shape::Int));
    const auto number = *number_of(value);
    constexpr int kMost = std::numeric_limits<int>::max();
    if (number > kMost || number < -kMost) return "must be at most " + std::to_string(kMost);
    to = static_cast<int>(number);
    return std::nullopt;
}

Broken convert(const Json& value, Seconds& to) {
    const auto number = number_of(value);
    if (!number || !std::isfinite(*number) || *number < 0)
        return std::string(rule_of(Shape::Number));
    constexpr double kCentury = 100.0 * 366 * 86400;  // sums with clock values must not overflow
    if (*number > kCentury) return std::string("must be at most 100 years");
    to = Seconds(*number);
    return std::nullopt;
}

Broken convert(const Json& value, std::string& to) {
    const auto* text = text_of(value);
    if (!text) return std::string(rule_of(Shape::Text));
    to = *text;
    return std::nullopt;
}

Broken convert(const Json& value, std::vector<std::string>& to) {
    if (!fits(Shape::List, value)) return std::string(rule_of(Shape::List));
    to.clear();
    for (const auto& item : value) to.push_back(*text_of(item));
    return std::nullopt;
}

Broken convert(const Json& value, Json& to) {
    if (!value.is_object()) return std::string(rule_of(Shape::Object));
    to = value;
    return std::nullopt;
}

Broken convert(const Json& value, RateLimit& to) {
    std::string text;
    if (const auto* given = text_of(value)) text = *given;
    if (value.is_number()) text = to_json_text(value);
    try {
        to = RateLimit(text);
    } catch (const ConfigError&) {
        return std::string("must be a rate like 10, 4/s, 100/m or 2/h");
    }
    return std::nullopt;
}

Json as_json(bool value) { return value; }
Json as_json(int value) { return std::int64_t{value}; }
Json as_json(Seconds value) {
    const double seconds = value.count();
    if (seconds == std::floor(seconds)) return static_cast<std::int64_t>(seconds);
    return seconds;
}
Json as_json(const std::string& value) { return value; }
Json as_json(const std::vector<std::string>& value) {
    auto list = Json::array();
    for (const auto& item : value) list.push_back(item);
    return list;
}
Json as_json(const Json& value) { return value; }
Json as_json(const RateLimit& value) { return value.per_second(); }

TextValue read_text(Shape shape, std::string_view text) {
    const auto trimmed = trim(text);
    if (const auto word = lower(trimmed); word == "null" || word == "none") return {};
    switch (shape) {
        case Shape::Bool:
            return read_bool(trimmed);
        case Shape::Int:
            return read_number<std::int64_t>(trimmed, shape);
        case Shape::Number:
            return read_number<double>(trimmed, shape);
        case Shape::Text:
            return {.value = std::string(text)};
        case Shape::List:
            return read_list(trimmed);
        case Shape::Object:
            return read_json(trimmed, shape);
        case Shape::Any:
            break;
    }
    auto read = parse_json(trimmed);
    if (auto* value = std::get_if<Json>(&read)) return {.value = std::move(*value)};
    return {.value = std::string(text)};
}

}  // namespace taskworker
