#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "taskworker/taskworker.hpp"

namespace shop {

// A number, or the text of one: web sites pass on what stood in the URL.
using Id = std::variant<std::int64_t, std::string>;

// Flash sale: one piece of `goods` for `user`. True: an order was made. False: sold out, or this
// user has one already. The same task id gets the same answer however often it is delivered.
// Without `goods` it is app.seckill_goods; without `user` nobody is kept from buying twice.
inline constexpr tw::Task<bool(std::optional<Id> goods, std::optional<Id> user)> seckill{
    "seckill", {"goods", "user"}};

inline constexpr int kSeckillRetries = 5;

bool seckill_impl(tw::Context& ctx, const std::optional<Id>& goods, const std::optional<Id>& user);

}  // namespace shop
