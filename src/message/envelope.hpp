#pragma once

#include <string>
#include <variant>

#include "message/message.hpp"

namespace taskworker {

// Reads kombu's envelope. Any bytes give one of the two; never throws (but for std::bad_alloc).
// Valid Python JSON that a strict parser refuses (NaN, lone surrogates, duplicate keys: the last one
// counts) is read all the same.
std::variant<Message, Malformed> parse_envelope(std::string raw, const WireLimits& limits = {});

}  // namespace taskworker
