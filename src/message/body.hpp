#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Why the body cannot be read here at all: content type, compression, body encoding. `accept` as
// for decode().
std::optional<Malformed> check_content(const Message& message, std::span<const std::string> accept);

// First byte of the body's text that is no white space; '\0' when it cannot be told.
char first_sign_of_body(const Message& message);

// The body as JSON text / as a value.
std::variant<std::string, Malformed> body_text(const Message& message, const WireLimits& limits);
std::variant<Json, Malformed> open_body(const Message& message, const WireLimits& limits);

}  // namespace taskworker
