#pragma once

#include <span>

#include "ledger/settle_command.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Of pushes that belong together all go out or none: if some were refused, those that were taken
// are removed again. The first refusal among `answers`; null: there is none.
const redis::Reply* take_back_if_refused(
    redis::Connection& connection,
    std::span<const Words> pushes,
    std::span<const redis::Reply> answers
);

}  // namespace taskworker
