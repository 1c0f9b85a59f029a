#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taskworker {

// The message in an entry of ours, `[<message>,"","<queue>"]`; byte for byte. None: not such an
// entry.
std::optional<std::string_view> message_in(std::string_view entry);

// An entry of anybody (`[<message>, "<exchange>", "<routing key>"]`, as kombu writes it), read for
// being restored. None: it is not one.
struct UnackedEntry {
    std::string message;  // JSON text
    std::string exchange, routing_key;
    int priority = 0;  // properties.priority, 0 if there is none (virtual/base.py)
};
std::optional<UnackedEntry> read_unacked_entry(std::string_view entry);

}  // namespace taskworker
