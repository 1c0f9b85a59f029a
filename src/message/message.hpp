#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/header_names.hpp"
#include "taskworker/request.hpp"

namespace taskworker {

// A piece of Message::raw. Offsets and not views: a Message may be moved.
struct Span {
    std::uint32_t at = 0, size = 0;
    bool empty() const { return size == 0; }
    bool operator==(const Span&) const = default;
};
struct Field {  // one member of a JSON object: both still JSON text, the name with its quotes
    Span name, value;
    bool escaped = false;                           // the name has escapes
    MessageHeader header = MessageHeader::Unknown;  // what it says, if it is a message header
    bool operator==(const Field&) const = default;
};

// A task message as it lies in the broker: kombu's envelope (kombu/transport/virtual/base.py:
// prepare_message), validated once, never built as a DOM. What is known stands in spans; what is
// not known is in them too, so that a retry can copy it (message/republish.hpp).
struct Message {
    std::string raw;                // the whole envelope, byte for byte as received
    std::vector<Field> headers;     // message headers in order, protocol 1: mostly none
    std::vector<Field> properties;  // incl. delivery_info, which is an object
    std::vector<Field> rest;        // members of the envelope we have no name for
    Span body;                      // JSON string literal of the body, with its quotes
    std::string content_type, content_encoding;
    std::string body_encoding;  // "base64", "utf-8" or empty (the text is the body)
    std::string compression;    // header `compression`: content type of the codec, or empty

    std::string_view text(Span s) const { return std::string_view(raw).substr(s.at, s.size); }
};

// Why a message is none: goes with it to the dead-letter list and into one log line.
struct Malformed {
    std::string why;
    bool operator==(const Malformed&) const = default;
};

// Bounds on what the wire may make us do.
struct WireLimits {
    std::size_t message_bytes = 512u << 20;  // Redis' own bound for a value
    std::size_t body_bytes = 512u << 20;     // after base64
    std::size_t expanded_bytes =
        128u << 20;                   // what few bytes may stand for: compression, YAML's aliases
    std::size_t depth = 200;          // of nested JSON
    std::size_t values = 20'000'000;  // JSON values in one message
};

}  // namespace taskworker
