#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "taskworker/json.hpp"
#include "taskworker/task_options.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// How values of settings are written, and their strict conversion. Pure.

// What a setting's value looks like to the person who writes it.
enum class Shape { Bool, Int, Number, Text, List, Object, Any };
std::string_view rule_of(Shape shape);  // "must be true or false"
std::string_view name_of(Shape shape);  // "bool": for the documentation
bool fits(Shape shape, const Json& value);

// The rule that a value breaks, "must be a whole number"; none: it was taken.
using Broken = std::optional<std::string>;

// 1 is not true, 3.7 is not 3, "4" is not 4: whoever writes such a value meant something else.
Broken convert(const Json& value, bool& to);
Broken convert(const Json& value, int& to);
Broken convert(const Json& value, Seconds& to);  // finite, 0 or more
Broken convert(const Json& value, std::string& to);
Broken convert(const Json& value, std::vector<std::string>& to);
Broken convert(const Json& value, Json& to);  // an object
Broken convert(const Json& value, RateLimit& to);
template <class T>
Broken convert(const Json& value, std::optional<T>& to) {
    if (value.is_null()) return to.reset(), std::nullopt;
    T inner{};
    auto broken = convert(value, inner);
    if (!broken) to = std::move(inner);
    return broken;
}

Json as_json(bool value);
Json as_json(int value);
Json as_json(Seconds value);
Json as_json(const std::string& value);
Json as_json(const std::vector<std::string>& value);
Json as_json(const Json& value);
Json as_json(const RateLimit& value);
template <class T>
Json as_json(const std::optional<T>& value) {
    return value ? as_json(*value) : Json();
}

template <class T>
struct ShapeOf : ShapeOf<typename T::value_type> {};  // std::optional<T>
template <>
struct ShapeOf<bool> : std::integral_constant<Shape, Shape::Bool> {};
template <>
struct ShapeOf<int> : std::integral_constant<Shape, Shape::Int> {};
template <>
struct ShapeOf<Seconds> : std::integral_constant<Shape, Shape::Number> {};
template <>
struct ShapeOf<std::string> : std::integral_constant<Shape, Shape::Text> {};
template <>
struct ShapeOf<RateLimit> : std::integral_constant<Shape, Shape::Text> {};
template <>
struct ShapeOf<std::vector<std::string>> : std::integral_constant<Shape, Shape::List> {};
template <>
struct ShapeOf<Json> : std::integral_constant<Shape, Shape::Object> {};

// A value given as text, in the environment or on the command line: "yes", "3.5", "a,b", or JSON
// for what is nested. "null" and "none" are null.
struct TextValue {
    Json value = nullptr;
    Broken broken = std::nullopt;  // set: it could not be read
};
TextValue read_text(Shape shape, std::string_view text);

}  // namespace taskworker
