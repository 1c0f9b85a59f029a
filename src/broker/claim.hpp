#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "broker/registration.hpp"
#include "broker/served_lists.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Moves messages from the lists into inboxes of ours that are empty: claim.lua, or, where the
// server sorts badly (before 7.0) or an ACL denies SORT, LMOVE for each; the same states either
// way. A claim cannot fail because others compete. Not thread-safe. Throws RedisError.
class Claim {
public:
    Claim(redis::Connection& connection, const ServedLists& lists)
        : connection_(connection), lists_(lists) {}

    void use_script(bool allowed) { script_ = allowed; }

    // Writes the commands for up to `room` messages, and returns how many commands these are; their
    // replies go to read(). `taken` are the inboxes that are not empty when the claim is executed:
    // it uses the other one of the list. Nothing there: an empty batch. None at all: what the
    // inboxes hold is not known and must be read again (the script was missing or denied).
    std::size_t write(std::size_t room, std::span<const InboxBatch> taken = {});
    std::optional<std::vector<InboxBatch>> read(std::span<redis::Reply> replies);

private:
    std::optional<std::vector<InboxBatch>> read_script(std::span<redis::Reply> replies);
    std::vector<InboxBatch> move_each(std::span<const redis::Reply> lengths);

    redis::Connection& connection_;
    const ServedLists& lists_;
    bool script_ = true;
    std::size_t room_ = 0;
    struct Target {
        std::size_t list;
        InboxBatch::Kind inbox;
    };
    std::vector<Target> order_;  // of the lists, as written
};

// The messages of an LRANGE of an inbox, the oldest first.
std::vector<std::string> oldest_first(redis::Reply& range);

}  // namespace taskworker
