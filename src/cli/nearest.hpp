#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace taskworker {

// Edit distance with swapped neighbours counted as one edit: how far a typing error is from a name.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The name that was probably meant; nothing when none is near enough to be worth saying. A name
// that ends in "_<given>" counts as near: "concurrency" is worker_concurrency.
std::optional<std::string_view> nearest(
    std::string_view given, std::span<const std::string_view> names
);

// ", did you mean X?" or "".
std::string suggestion(std::optional<std::string_view> name);

}  // namespace taskworker
