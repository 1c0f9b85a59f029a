#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "message/compression.hpp"
#include "message/message.hpp"
#include "message/serializer.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Why the body cannot be read here at all: content type, compression, body encoding. `accept` as
// for decode().
std::optional<Malformed> check_content(const Message& message, std::span<const std::string> accept);

// What the body is at its outermost: told from its first bytes. Malformed when these cannot be
// read.
enum class BodyShape { List, Object, Other };
std::variant<BodyShape, Malformed> shape_of_body(const Message& message, const WireLimits& limits);

// The body's bytes without base64 and compression / as a value.
std::variant<std::string, Malformed> body_bytes(const Message& message, const WireLimits& limits);
std::variant<Json, Malformed> open_body(const Message& message, const WireLimits& limits);
std::variant<Json, Malformed> open_body(  // what body_bytes() gave, as a value
    const Message& message,
    std::string_view bytes,
    const WireLimits& limits
);

// How bodies end that have no links: the third element and the end of the list, as json.dumps
// writes them. Such a text cannot stand inside another value: its first quote would end a string it
// stood in, and the bracket behind it closes the list of three. The second is the last step of a
// chain.
inline constexpr std::array<std::string_view, 2> kEmbedsWithoutLinks = {
    R"(, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}])",
    R"(, {"callbacks": null, "errbacks": null, "chain": [], "chord": null}])"};

// A body on its way out: how it stands in the envelope, and what the headers say of it.
struct EncodedBody {
    std::string literal;  // JSON string literal, base64
    std::string_view content_type, content_encoding;
    std::string_view compression;  // content type of the codec; empty: none
};
// kombu/messaging.py: _prepare. `json` is the body as JSON text. Throws EncodeError.
EncodedBody encode_body(std::string json, Serializer serializer, std::optional<Codec> codec);

}  // namespace taskworker
