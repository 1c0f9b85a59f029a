#include "message/properties.hpp"

#include <utility>

#include "message/python_json.hpp"

namespace taskworker {

Json properties_of(const Message& message) {
    auto properties = Json::object();
    for (const auto& field : message.properties) {
        auto name = parse_json(message.text(field.name));
        auto value = parse_json(message.text(field.value));
        const auto* text = std::get_if<Json>(&name);
        // The envelope was validated as a whole: neither fails.
        if (!text || !text->is_string() || !std::holds_alternative<Json>(value)) continue;
        properties[text->get<std::string>()] = std::get<Json>(std::move(value));
    }
    return properties;
}

}  // namespace taskworker
