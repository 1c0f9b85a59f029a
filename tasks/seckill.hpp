#pragma once

#include <cstdint>

#include "taskworker/taskworker.hpp"

namespace shop {

// Flash sale: one piece of `goods` for `user`. True: an order was made. False: sold out, or this
// user has one already. The same task id gets the same answer however often it is delivered.
inline constexpr tw::Task<bool(std::int64_t goods, std::int64_t user)> seckill{
    "seckill", {"goods", "user"}};

bool seckill_impl(tw::Context& ctx, std::int64_t goods, std::int64_t user);

}  // namespace shop
