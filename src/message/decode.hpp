#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>

#include "message/message.hpp"
#include "taskworker/request.hpp"

namespace taskworker {

// Headers → Request, strictly converted (celery/worker/strategy.py, celery/worker/request.py).
// Protocol 2 leaves the body closed; protocol 1 and hybrids have everything in the body, so it is
// opened here. `accept` are the names or content types of Celery's accept_content.
// Malformed: no id or no task name, fields of a wrong type, invalid eta or expires, content type
// that is unknown or not accepted, unknown compression or body encoding.
std::variant<Request, Malformed> decode(
    const Message& message, std::span<const std::string> accept, const WireLimits& limits = {}
);

// The same in place, into a request that nothing was read into before.
std::optional<Malformed> decode_into(
    Request& request,
    const Message& message,
    std::span<const std::string> accept,
    const WireLimits& limits = {}
);

// Opens the body where the task is about to run: args, kwargs, callbacks, chain, chord, and the
// custom headers. Returns why it cannot be read, or nothing.
std::optional<Malformed> decode_body(
    const Message& message, Request& request, const WireLimits& limits = {}
);

}  // namespace taskworker
