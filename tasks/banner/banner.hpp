#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "taskworker/taskworker.hpp"

namespace shop {

// One picture of the home page's carousel, as Django's serializer would give it.
struct Banner {
    std::int64_t id = 0;
    std::string name, image, link;
};
TASKWORKER_FIELDS(Banner, id, name, image, link)

// Puts the visible banners, in their order, where Django's cache finds them.
inline constexpr tw::Task<bool()> update_banner{"update_banner"};

bool update_banner_impl(tw::Context& ctx);

}  // namespace shop
