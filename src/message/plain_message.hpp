#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// What is no task: control requests, their replies, events. The same envelope, a JSON body of any
// kind (wire §7, §8.1).
struct PlainMessage {
    Json headers = Json::object();
    Json body;
};

// Bounds for them: no command and no event is a hundredth of this.
inline constexpr WireLimits kPlainLimits{
    .message_bytes = 32u << 20, .body_bytes = 32u << 20, .depth = 64, .values = 1'000'000};

// Any bytes give one of the two. `accept` as for decode().
std::variant<PlainMessage, Malformed> open_plain(
    std::string raw, std::span<const std::string> accept
);

// The envelope of one that goes out: body and headers as JSON text.
struct PlainPublication {
    std::string_view body, headers = "{}";
    std::string_view exchange, routing_key;
    std::string_view delivery_tag;  // must be new
};
std::string encode_plain(const PlainPublication& publication);

}  // namespace taskworker
