#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// msgpack as kombu uses it: packb(use_bin_type=True), unpackb(raw=False). bin is bytes, a typed
// value here. Extension types (timestamps too) and keys that are no text are refused.
std::variant<Json, Malformed> read_msgpack(std::string_view bytes, const WireLimits& limits);

// Throws EncodeError for what Python's msgpack cannot pack either: integers beyond 64 bits and
// typed values other than bytes.
std::string write_msgpack(const Json& value);

}  // namespace taskworker
