#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace taskworker {

// Queues that a message with this routing key goes to, by the members of
// `_kombu.binding.<exchange>`
// (`routing key SEP pattern SEP queue`). A member with a pattern is a topic binding, one without a
// direct one (kombu/transport/virtual/exchange.py). Pure. Members of another form are passed over.
std::vector<std::string> matching_queues(
    std::span<const std::string> members, std::string_view separator, std::string_view routing_key
);

// kombu's topic rule: `*` is one word, `#` is anything, dots included; the dots around them stay,
// so `a.#` does not match `a`.
bool topic_matches(std::string_view binding_key, std::string_view routing_key);

}  // namespace taskworker
