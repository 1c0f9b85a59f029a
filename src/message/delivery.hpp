#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "message/message.hpp"
#include "taskworker/request.hpp"

namespace taskworker {

// What the body brings is null until it is there: nothing is made to be thrown away.
inline Request closed_request() {
    return Request{.args = nullptr, .kwargs = nullptr, .headers = nullptr, .stamps = nullptr};
}

// A message that is leased to us: it must end in exactly one Settlement with this tag.
struct Delivery {
    std::string tag;    // member of unacked_index, key in unacked
    std::string queue;  // without the priority suffix
    std::string list;   // the list it came from, suffix included: where a requeue goes
    Message message;
    Request request = closed_request();  // headers decoded; the body is still closed
};

// Reads what lies in `delivery.message.raw`. Returns why it cannot be read; the bytes stay there.
std::optional<Malformed> open_delivery(
    Delivery& delivery, std::span<const std::string> accept, const WireLimits& limits = {}
);

// A message that could not be read. The broker has already moved it to the dead-letter list.
struct DiscardedMessage {
    std::string queue;
    std::string why;
    std::string head;  // of the bytes, for the log
};

}  // namespace taskworker
