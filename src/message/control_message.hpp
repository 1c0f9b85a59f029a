#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "message/plain_message.hpp"

namespace taskworker {

// One remote control request (kombu/pidbox.py; wire §7.1).
struct ControlRequest {
    std::string method;
    Json arguments = Json::object();
    std::vector<std::string> destination;  // empty: whoever the pattern says, else everybody
    std::string pattern, matcher;
    Json ticket;  // goes back with the reply as it is
    struct ReplyTo {
        std::string exchange, routing_key;
        bool operator==(const ReplyTo&) const = default;
    };
    std::optional<ReplyTo> reply_to;
    std::uint64_t clock = 0;  // the sender's
};

// Any bytes give one of the two.
std::variant<ControlRequest, Malformed> read_control_request(
    std::string raw, std::span<const std::string> accept
);

// kombu/pidbox.py: Node.handle_message.
bool is_addressed_to(const ControlRequest& request, std::string_view node);

// {"<node>": reply} with ticket and clock, on its way to reply_to.
std::string encode_control_reply(
    const ControlRequest& request,
    const std::string& node,
    const Json& reply,
    std::uint64_t clock,
    std::string_view delivery_tag
);

// The other side. `expires` as Unix time, 0 = never; `reply_to` when replies are wanted.
std::string encode_control_request(
    const ControlRequest& request,
    std::string_view exchange,
    double expires,
    std::string_view delivery_tag
);

}  // namespace taskworker
