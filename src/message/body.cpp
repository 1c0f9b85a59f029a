#include "message/body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "message/json_lexer.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

struct ContentType {
    std::string_view name, type;
};
constexpr std::array kTypes = {
    ContentType{"json", "application/json"},
    ContentType{"yaml", "application/x-yaml"},
    ContentType{"pickle", "application/x-python-serialize"},
    ContentType{"msgpack", "application/x-msgpack"},
};

std::string_view name_of(std::string_view type) {
    const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const ContentType& known) {
        return known.type == type;
    });
    return found == kTypes.end() ? std::string_view() : found->name;
}

bool is_accepted(std::string_view type, std::span<const std::string> accept) {
    const auto name = name_of(type);
    return std::any_of(accept.begin(), accept.end(), [&](const std::string& one) {
        return one == type || (!name.empty() && one == name);
    });
}

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
    const auto name = name_of(type);
    const auto alias = name.empty() ? quoted_repr(std::string_view(type).substr(0, 60))
                                    : fmt::format("{} ({})", name, type);
    const bool trusted = type == "application/data" || type == "application/text";
    if (!trusted && !is_accepted(type, accept)) {  // kombu/serialization.py: _for_untrusted_content
        return Malformed{
            fmt::format("Refusing to deserialize untrusted content of type {}", alias)};
    }
    if (type != "application/json") {
        return Malformed{fmt::format("content of type {} is not supported yet", alias)};
    }
    if (!is_text_encoding(message.content_encoding)) {
        const auto codec = quoted_repr(std::string_view(message.content_encoding).substr(0, 60));
        return Malformed{fmt::format("content encoding {} is not supported", codec)};
    }
    if (!message.compression.empty()) {
        const auto codec = quoted_repr(std::string_view(message.compression).substr(0, 60));
        return Malformed{fmt::format("compression {} is not supported yet", codec)};
    }
    if (encoding_of(message) == Encoding::Unknown) {
        const auto codec = quoted_repr(std::string_view(message.body_encoding).substr(0, 60));
        return Malformed{fmt::format("body encoding {} is unknown", codec)};
    }
    return std::nullopt;
}

char first_sign_of_body(const Message& message) {
    constexpr std::string_view kSpace = " \t\r\n";
    auto inside = between_quotes(message);
    if (encoding_of(message) == Encoding::Base64) {
        const auto head = base64_decode(inside.substr(0, 4));
        if (head && !head->empty() && kSpace.find((*head)[0]) == kSpace.npos) return (*head)[0];
    } else if (!inside.empty() && inside[0] != '\\' && kSpace.find(inside[0]) == kSpace.npos) {
        return inside[0];
    }
    const auto text = body_text(message, {});
    if (!std::holds_alternative<std::string>(text)) return '\0';
    const auto& whole = std::get<std::string>(text);
    const auto at = whole.find_first_not_of(kSpace);
    return at == whole.npos ? '\0' : whole[at];
}

std::variant<std::string, Malformed> body_text(const Message& message, const WireLimits& limits) {
    std::string_view inside = between_quotes(message);
    std::string plain;
    if (inside.find('\\') != std::string_view::npos) {
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

std::variant<Json, Malformed> open_body(const Message& message, const WireLimits& limits) {
    using Result = std::variant<Json, Malformed>;
    auto text = body_text(message, limits);
    if (auto* malformed = std::get_if<Malformed>(&text)) return std::move(*malformed);
    auto value = parse_json(std::get<std::string>(text), limits);
    if (const auto* error = std::get_if<JsonError>(&value)) {
        return Malformed{"the body is not JSON: " + error->why};
    }
    return Result(std::in_place_index<0>, std::move(std::get<Json>(value)));
}

}  // namespace taskworker
