#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "taskworker/json.hpp"

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

// Nothing: no router knows the task. `routes` has passed check_routes().
std::optional<Route> find_route(std::string_view task, const Json& routes);

// All that the route says: options of apply_async (queue, priority, serializer …); empty: no route.
Json route_options(std::string_view task, const Json& routes);

// The rule that the setting breaks.
std::optional<std::string> check_routes(const Json& routes);

}  // namespace taskworker
