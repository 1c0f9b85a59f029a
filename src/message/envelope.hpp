#pragma once

#include <optional>
#include <string>
#include <variant>

#include "message/message.hpp"

namespace taskworker {

// Reads kombu's envelope. Any bytes give one of the two; never throws (but for std::bad_alloc).
// Valid Python JSON that a strict parser refuses (NaN, lone surrogates, duplicate keys: the last
// one counts) is read all the same.
std::variant<Message, Malformed> parse_envelope(std::string raw, const WireLimits& limits = {});

// The same in place: fills an empty message of which only `raw` is set. Returns why it is none;
// then `raw` is still there.
std::optional<Malformed> read_envelope(Message& message, const WireLimits& limits = {});

}  // namespace taskworker
