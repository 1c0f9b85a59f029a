#pragma once

#include <string>

#include "message/delivery.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// What follows the end of a task, from its body: the embed of protocol 2.
struct Links {
    Json callbacks, errbacks;  // null or a list of signatures
    Json chain;                // null or the steps to come, the next one last
    Json chord;                // null or the chord's body
    bool operator==(const Links&) const = default;
};

// True when the body provably has none: its end is the embed of nulls that Celery writes. Looks at
// a hundred bytes whatever the body's size. False says nothing: the body must be opened.
bool has_surely_no_links(const Message& message);

// Opens the body only if it must. A body that cannot be read has no links.
Links links_of(const Delivery& delivery);

// "2 callbacks, 1 errback, 3 more tasks of its chain": what a success (or a failure) would have to
// send; empty when there is nothing.
std::string follow_ups_of_success(const Links& links);
std::string follow_ups_of_failure(const Links& links);

}  // namespace taskworker
