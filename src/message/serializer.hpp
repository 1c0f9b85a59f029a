#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// The serializers that are read and written (kombu/serialization.py). Pure. pickle is none of them:
// to read it is to run what the sender says.
enum class Serializer { JsonText, Yaml, Msgpack };

std::optional<Serializer> serializer_named(std::string_view name);  // "yaml"
std::optional<Serializer> serializer_of(std::string_view content_type);
std::string_view name_of(Serializer serializer);
std::string_view content_type_of(Serializer serializer);      // "application/x-yaml"
std::string_view content_encoding_of(Serializer serializer);  // "utf-8", "binary"

// "yaml (application/x-yaml)", "pickle (application/x-python-serialize)", or the type in quotes: as
// kombu names it in its errors.
std::string content_type_for_people(std::string_view content_type);

// kombu/serialization.py: prepare_accept_content; an entry is a name or a content type.
bool is_accepted(std::string_view content_type, const std::string& entry);

// The bytes as a value, bounded by `limits`. What JSON has no form for comes as kombu's typed
// values (bytes, datetime, date). Malformed says what is wrong, without the serializer's name.
std::variant<Json, Malformed> deserialize(
    Serializer serializer, std::string_view bytes, const WireLimits& limits
);

// As Python writes it. Throws EncodeError (python_json.hpp) for what the serializer has no form
// for.
std::string serialize(Serializer serializer, const Json& value);
// The same for a value that is JSON text already; throws EncodeError for a text that is none.
std::string serialize_text(Serializer serializer, std::string json);

}  // namespace taskworker
