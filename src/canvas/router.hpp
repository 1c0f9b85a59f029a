#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "taskworker/config.hpp"
#include "taskworker/json.hpp"
#include "taskworker/routes.hpp"

namespace taskworker {

// Where a task goes that nobody sent somewhere: the setting task_routes (celery/app/routes.py).
//   {"shop.sms": {"queue": "sms", "priority": 3}, "shop.*": "shop"}
// An object, a list of pairs, or a list of such routers of which the first one that knows the task
// decides. In a router an exact name wins, then the patterns ('*', and with one of it also '?' and
// '[a-z]') in their order. Pure.
// exchange and routing_key of a route are for brokers that have exchanges: on Redis a message goes
// straight to its queue.
struct Route {
    std::string queue;
    std::optional<int> priority = {};
    bool operator==(const Route&) const = default;
};

// Of options that a route gave; an empty queue is the default one.
Route read_route(const Json& options);

// What the route says: options of apply_async (queue, priority, serializer …); empty: no router
// knows the task. `routes` has passed check_routes().
Json route_options(std::string_view task, const Json& routes);

// The same with the functions of `settings` asked first. Throws CanvasError: what a function threw,
// or that its answer is none.
Json route_of(const RoutedCall& call, const Settings& settings);

// The rule that the setting breaks.
std::optional<std::string> check_routes(const Json& routes);

}  // namespace taskworker
