#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace taskworker {

// How many messages to take from each list: groups of `queues` lists (one priority step each)
// strictly one after the other, within a group equal shares, what one leaves goes to the others.
// Pure; the same rule as in lua/claim.lua, for servers where the script cannot do it.
std::vector<std::size_t> room_shares(
    std::span<const std::size_t> lengths, std::size_t queues, std::size_t room
);

}  // namespace taskworker
