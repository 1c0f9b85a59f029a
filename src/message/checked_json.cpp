#include "message/checked_json.hpp"

#include <fmt/format.h>
#include <string.h>

#include <optional>
#include <string>

#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "message/typed_values.hpp"

namespace taskworker {
namespace {

std::optional<Malformed> check_one(const Json& object) {
    if (object.size() != 2) return std::nullopt;
    const auto type = object.find("__type__");
    if (type == object.end() || !object.contains("__value__")) return std::nullopt;
    const auto shown = [](const Json& value) { return python_repr(value, 80); };
    if (!type->is_string() || !is_known_type(type->get_ref<const std::string&>()))
        return Malformed{fmt::format("unsupported __type__ {}", shown(*type))};
    if (is_valid_typed_value(object)) return std::nullopt;
    return Malformed{
        fmt::format("{} is no value of __type__ {}", shown(object.at("__value__")), shown(*type))};
}

// Inner values first, as Python's hook sees them. WireLimits::depth bounds the recursion.
std::optional<Malformed> check(const Json& value) {
    if (value.is_array()) {
        for (const auto& item : value.get_ref<const Json::array_t&>())
            if (auto why = check(item)) return why;
    } else if (value.is_object()) {
        for (const auto& [name, item] : value.get_ref<const Json::object_t&>())
            if (auto why = check(item)) return why;
        return check_one(value);
    }
    return std::nullopt;
}

}  // namespace

// Most bodies have none. An underscore may also be written as an escape. memmem is many times as
// fast here as find(), which stops at every underscore.
bool may_have_typed_values(std::string_view text) {
    const auto has = [&](std::string_view sign) {
        return ::memmem(text.data(), text.size(), sign.data(), sign.size()) != nullptr;
    };
    if (has("__type__")) return true;
    return text.find('\\') != text.npos && (has("\\u005f") || has("\\u005F"));
}

std::variant<Json, Malformed> parse_checked_json(std::string_view text, const WireLimits& limits) {
    auto parsed = parse_json(text, limits);
    if (const auto* error = std::get_if<JsonError>(&parsed)) return Malformed{error->why};
    auto& value = std::get<Json>(parsed);
    if (may_have_typed_values(text))
        if (auto why = check(value)) return *why;
    return std::variant<Json, Malformed>(std::in_place_index<0>, std::move(value));
}

}  // namespace taskworker
