#include "message/body.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.hpp"
#include "message/json_lexer.hpp"
#include "message/python_repr.hpp"
#include "message/yaml.hpp"

namespace taskworker {
namespace {

// What a look at the first bytes needs: more than any white space in front that a producer writes.
constexpr std::size_t kHead = 256;

enum class Encoding { Base64, Text, Unknown };

Encoding encoding_of(const Message& message) {
    const auto& name = message.body_encoding;
    if (name == "base64") return Encoding::Base64;
    if (name.empty() || name == "utf-8" || name == "UTF-8") return Encoding::Text;
    return Encoding::Unknown;
}

std::string_view between_quotes(const Message& message) {
    const auto literal = message.text(message.body);
    return literal.substr(1, literal.size() - 2);
}

Malformed too_large(const WireLimits& limits) {
    return {fmt::format("a body of more than {} bytes", limits.body_bytes)};
}

// JSON is UTF-8 or a part of it here; kombu decodes by any codec that Python has.
bool is_text_encoding(std::string_view name) {
    if (name == "utf-8") return true;
    std::string plain;
    for (const char c : name)
        if (c != '-' && c != '_') plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    return plain.empty() || plain == "utf8" || plain == "ascii" || plain == "usascii" ||
           plain == "binary";
}

}  // namespace

std::optional<Malformed> check_content(
    const Message& message, std::span<const std::string> accept
) {
    const auto& type = message.content_type;
    if (type.empty()) return Malformed{"no content type"};
    const bool trusted = type == "application/data" || type == "application/text";
    const bool accepted = std::any_of(accept.begin(), accept.end(), [&](const std::string& entry) {
        return is_accepted(type, entry);
    });
    if (!trusted && !accepted)  // kombu/serialization.py: _for_untrusted_content
        return Malformed{fmt::format(
            "Refusing to deserialize untrusted content of type {}", content_type_for_people(type)
        )};
    if (!serializer_of(type))
        return Malformed{
            fmt::format("content of type {} is not supported", content_type_for_people(type))};
    if (!is_text_encoding(message.content_encoding)) {
        const auto codec = quoted_repr(std::string_view(message.content_encoding).substr(0, 60));
        return Malformed{fmt::format("content encoding {} is not supported", codec)};
    }
    if (!message.compression.empty() && !codec_named(message.compression)) {
        const auto codec = quoted_repr(std::string_view(message.compression).substr(0, 60));
        return Malformed{fmt::format("compression {} is unknown", codec)};
    }
    if (encoding_of(message) == Encoding::Unknown) {
        const auto codec = quoted_repr(std::string_view(message.body_encoding).substr(0, 60));
        return Malformed{fmt::format("body encoding {} is unknown", codec)};
    }
    return std::nullopt;
}

namespace {

// The literal's text without escapes and base64; for a short look its head alone.
std::variant<std::string, Malformed> stored_bytes(
    const Message& message, const WireLimits& limits, std::size_t head = std::string::npos
) {
    std::string_view inside = between_quotes(message);
    std::string plain;
    const bool escaped = inside.find('\\') != std::string_view::npos;
    if (!escaped && head != inside.npos) inside = inside.substr(0, head / 4 * 4);
    if (escaped) {
        append_unescaped(plain, inside);
        inside = plain;
    }
    if (encoding_of(message) == Encoding::Base64) {
        if (inside.size() / 4 * 3 > limits.body_bytes + 2) return too_large(limits);
        auto bytes = base64_decode(inside);
        if (!bytes) return Malformed{"the body is not base64"};
        plain = std::move(*bytes);
    } else if (plain.empty()) {
        plain = std::string(inside);
    }
    if (plain.size() > limits.body_bytes) return too_large(limits);
    return plain;
}

BodyShape shape_of(char sign) {
    return sign == '[' ? BodyShape::List : sign == '{' ? BodyShape::Object : BodyShape::Other;
}

// The usual body tells in its first three bytes.
std::optional<BodyShape> shape_at_a_glance(const Message& message) {
    if (encoding_of(message) != Encoding::Base64 || !message.compression.empty())
        return std::nullopt;
    const auto head = base64_decode(between_quotes(message).substr(0, 4));
    if (!head || head->empty() || ((*head)[0] != '[' && (*head)[0] != '{')) return std::nullopt;
    return shape_of((*head)[0]);
}

BodyShape shape_of_json(std::string_view head) {
    const auto at = head.find_first_not_of(" \t\r\n");
    return shape_of(at == head.npos ? '\0' : head[at]);
}

BodyShape shape_of_msgpack(std::string_view head) {
    const auto first = static_cast<unsigned char>(head.empty() ? '\0' : head[0]);
    if ((first & 0xf0u) == 0x90 || first == 0xdc || first == 0xdd) return BodyShape::List;
    if ((first & 0xf0u) == 0x80 || first == 0xde || first == 0xdf) return BodyShape::Object;
    return BodyShape::Other;
}

std::variant<std::string, Malformed> head_of_body(
    const Message& message, const WireLimits& limits
) {
    const auto codec = codec_named(message.compression);
    if (!codec) return stored_bytes(message, limits, kHead);
    auto bytes = stored_bytes(message, limits);
    if (const auto* malformed = std::get_if<Malformed>(&bytes)) return *malformed;
    return decompress_head(std::get<std::string>(bytes), *codec, kHead);
}

}  // namespace

std::variant<BodyShape, Malformed> shape_of_body(const Message& message, const WireLimits& limits) {
    const auto serializer = serializer_of(message.content_type).value_or(Serializer::JsonText);
    if (serializer == Serializer::JsonText)
        if (const auto shape = shape_at_a_glance(message)) return *shape;
    // A YAML document may have any preamble.
    const auto head = serializer == Serializer::Yaml ? body_bytes(message, limits)
                                                     : head_of_body(message, limits);
    if (const auto* malformed = std::get_if<Malformed>(&head)) return *malformed;
    const auto& bytes = std::get<std::string>(head);
    switch (serializer) {
        case Serializer::Yaml:
            return shape_of(first_sign_of_yaml(bytes));
        case Serializer::Msgpack:
            return shape_of_msgpack(bytes);
        case Serializer::JsonText:
            break;
    }
    return shape_of_json(bytes);
}

std::variant<std::string, Malformed> body_bytes(const Message& message, const WireLimits& limits) {
    auto bytes = stored_bytes(message, limits);
    const auto codec = codec_named(message.compression);
    if (!codec || std::holds_alternative<Malformed>(bytes)) return bytes;
    return decompress(
        std::get<std::string>(bytes), *codec, std::min(limits.body_bytes, limits.expanded_bytes)
    );
}

std::variant<Json, Malformed> open_body(const Message& message, const WireLimits& limits) {
    const auto bytes = body_bytes(message, limits);
    if (const auto* malformed = std::get_if<Malformed>(&bytes)) return *malformed;
    return open_body(message, std::get<std::string>(bytes), limits);
}

std::variant<Json, Malformed> open_body(
    const Message& message, std::string_view bytes, const WireLimits& limits
) {
    const auto serializer = serializer_of(message.content_type).value_or(Serializer::JsonText);
    auto value = deserialize(serializer, bytes, limits);
    if (auto* malformed = std::get_if<Malformed>(&value)) {
        static constexpr std::string_view kNames[] = {"JSON", "YAML", "msgpack"};
        const auto name = kNames[static_cast<std::size_t>(serializer)];
        malformed->why = fmt::format("the body is not {}: {}", name, malformed->why);
    }
    return value;
}

EncodedBody encode_body(std::string json, Serializer serializer, std::optional<Codec> codec) {
    auto bytes = serialize_text(serializer, std::move(json));
    if (codec) bytes = compress(bytes, *codec);
    EncodedBody body{
        .literal = "\"",
        .content_type = content_type_of(serializer),
        .content_encoding = content_encoding_of(serializer),
        .compression = codec ? content_type_of(*codec) : std::string_view()};
    base64_append(body.literal, bytes);
    body.literal += '"';
    return body;
}

}  // namespace taskworker
