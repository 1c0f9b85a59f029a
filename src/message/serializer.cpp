#include "message/serializer.hpp"

#include <fmt/format.h>

#include <array>

#include "message/checked_json.hpp"
#include "message/msgpack.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "message/yaml.hpp"

namespace taskworker {
namespace {

struct Form {
    std::string_view name, content_type, content_encoding;
    std::optional<Serializer> serializer;
};
constexpr std::array kForms = {
    Form{"json", "application/json", "utf-8", Serializer::JsonText},
    Form{"yaml", "application/x-yaml", "utf-8", Serializer::Yaml},
    Form{"msgpack", "application/x-msgpack", "binary", Serializer::Msgpack},
    Form{"pickle", "application/x-python-serialize", "binary", std::nullopt},
};

const Form& form_of(Serializer serializer) {
    for (const auto& form : kForms)
        if (form.serializer == serializer) return form;
    return kForms[0];
}

const Form* form_of_type(std::string_view content_type) {
    for (const auto& form : kForms)
        if (form.content_type == content_type) return &form;
    return nullptr;
}

}  // namespace

std::optional<Serializer> serializer_named(std::string_view name) {
    for (const auto& form : kForms)
        if (form.name == name) return form.serializer;
    return std::nullopt;
}

std::optional<Serializer> serializer_of(std::string_view content_type) {
    const auto* form = form_of_type(content_type);
    return form ? form->serializer : std::nullopt;
}

std::string_view name_of(Serializer serializer) { return form_of(serializer).name; }
std::string_view content_type_of(Serializer serializer) { return form_of(serializer).content_type; }
std::string_view content_encoding_of(Serializer serializer) {
    return form_of(serializer).content_encoding;
}

std::string content_type_for_people(std::string_view content_type) {
    const auto* form = form_of_type(content_type);
    return form ? fmt::format("{} ({})", form->name, form->content_type)
                : quoted_repr(content_type.substr(0, 60));
}

bool is_accepted(std::string_view content_type, const std::string& entry) {
    const auto* form = form_of_type(content_type);
    return entry == content_type || (form && entry == form->name);
}

std::variant<Json, Malformed> deserialize(
    Serializer serializer, std::string_view bytes, const WireLimits& limits
) {
    switch (serializer) {
        case Serializer::Yaml:
            return read_yaml(bytes, limits);
        case Serializer::Msgpack:
            return read_msgpack(bytes, limits);
        case Serializer::JsonText:
            break;
    }
    return parse_checked_json(bytes, limits);
}

std::string serialize(Serializer serializer, const Json& value) {
    switch (serializer) {
        case Serializer::Yaml:
            return write_yaml(value);
        case Serializer::Msgpack:
            return write_msgpack(value);
        case Serializer::JsonText:
            break;
    }
    return to_json_text(value);
}

std::string serialize_text(Serializer serializer, std::string json) {
    if (serializer == Serializer::JsonText) return json;
    const auto value = parse_json(json);
    if (const auto* error = std::get_if<JsonError>(&value)) throw EncodeError(error->why);
    return serialize(serializer, std::get<Json>(value));
}

}  // namespace taskworker
