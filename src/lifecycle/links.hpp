#pragma once

#include <string>

#include "canvas/follow.hpp"
#include "message/delivery.hpp"

namespace taskworker {

// True when the body provably has none: its end is the embed of nulls that Celery writes. Looks at
// a hundred bytes whatever the body's size. False says nothing: the body must be opened.
bool has_surely_no_links(const Message& message);

// Opens the body only if it must. A body that cannot be read has no links.
Links links_of(const Delivery& delivery);

// What the end of a task needs of them when its message is gone.
struct NotedLinks {
    Json errbacks, chord;
    std::string places = "[]";  // canvas/lost_steps.hpp
};
NotedLinks noted_links_of(const Delivery& delivery);

}  // namespace taskworker
