#pragma once

#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// A body or a result as kombu.utils.json.loads reads it: JSON whose typed values must be what they
// say they are. An unknown __type__, or a value that its type cannot have, makes the whole text
// unreadable, as it does in Python (object_hook).
// A cheap look: no text without a typed value passes for one with it, nearly none the other way
// round.
bool may_have_typed_values(std::string_view text);

std::variant<Json, Malformed> parse_checked_json(std::string_view text, const WireLimits& limits);

}  // namespace taskworker
