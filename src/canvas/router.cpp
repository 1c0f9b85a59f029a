#include "canvas/router.hpp"

#include <utility>
#include <vector>

#include "canvas/signature_json.hpp"
#include "message/name_match.hpp"

namespace taskworker {
namespace {

using Broken = std::optional<std::string>;

// A router is an object or a list of pairs; either way these are its entries.
std::vector<std::pair<std::string, const Json*>> entries_of(const Json& router) {
    std::vector<std::pair<std::string, const Json*>> entries;
    if (router.is_object()) {
        for (const auto& [name, route] : router.items()) entries.emplace_back(name, &route);
    } else {
        for (const auto& pair : router) entries.emplace_back(pair[0].get<std::string>(), &pair[1]);
    }
    return entries;
}

bool is_pair(const Json& value) {
    return value.is_array() && value.size() == 2 && value[0].is_string() && !value[1].is_array();
}

// Celery takes a list for a list of routers; each of them may be an object or a list of pairs.
bool is_list_of_pairs(const Json& value) {
    if (!value.is_array() || value.empty()) return false;
    for (const auto& item : value)
        if (!is_pair(item)) return false;
    return true;
}

std::optional<std::string> text_of(const Json& route, const char* name) {
    const auto found = route.find(name);
    if (found == route.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

const Json* ask(const Json& router, std::string_view task) {
    const auto entries = entries_of(router);
    for (const auto& [name, route] : entries)
        if (name == task && name.find('*') == std::string::npos) return route;
    for (const auto& [name, route] : entries)
        if (name.find('*') != std::string::npos && glob_matches(name, task)) return route;
    return nullptr;
}

const Json* look_up(std::string_view task, const Json& routes) {
    if (routes.is_null()) return nullptr;
    if (routes.is_object()) return ask(routes, task);
    for (const auto& router : routes)
        if (const auto* route = ask(router, task)) return route;
    return nullptr;
}

enum class QueueIs { Needed, Optional };

Broken check_route(const std::string& task, const Json& route, QueueIs needed) {
    const auto rule = [&](const char* what) { return Broken(task + ": " + what); };
    if (route.is_string() && !route.get_ref<const std::string&>().empty()) return std::nullopt;
    if (!route.is_object())
        return rule("must be the name of a queue, or an object like {\"queue\": …}");
    const auto queue = text_of(route, "queue");
    const bool left_out = needed == QueueIs::Optional && !route.contains("queue");
    if (!left_out && (!queue || queue->empty()))
        return rule("a route names its queue: {\"queue\": …}");
    for (const char* name : {"exchange", "routing_key"})
        if (route.contains(name) && !route[name].is_null() && !route[name].is_string())
            return rule("exchange and routing_key must be strings");
    const auto priority = route.find("priority");
    if (priority == route.end() || priority->is_null()) return std::nullopt;
    const double number = priority->is_number_integer() ? priority->get<double>() : -1.0;
    return number >= 0 && number <= 255 ? std::nullopt
                                        : rule("priority must be a whole number from 0 to 255");
}

Broken check_router(const Json& router) {
    if (router.is_string())
        return Broken(
            "a router that is a Python function cannot be called; App::router() takes C++ ones"
        );
    if (!router.is_object() && !is_list_of_pairs(router) && !(router.is_array() && router.empty()))
        return Broken("must be an object of task names and routes, or a list of such objects");
    for (const auto& [name, route] : entries_of(router))
        if (auto broken = check_route(name, *route, QueueIs::Needed)) return broken;
    return std::nullopt;
}

// Null, or options.
Json answer_of(const Router& router, const RoutedCall& call) {
    const auto task = std::string(call.task);
    Json route;
    try {
        route = router(call);
    } catch (const std::exception& wrong) {
        throw CanvasError("the router for " + task + ": " + wrong.what(), "RuntimeError");
    }
    if (route.is_null()) return route;
    if (const auto broken = check_route(task, route, QueueIs::Optional))
        throw CanvasError("the router's answer for " + *broken, "TypeError");
    return route.is_string() ? Json::object({{"queue", route}}) : route;
}

}  // namespace

Json route_options(std::string_view task, const Json& routes) {
    const auto* route = look_up(task, routes);
    if (!route) return Json::object();
    return route->is_string() ? Json::object({{"queue", *route}}) : *route;
}

Json route_of(const RoutedCall& call, const Settings& settings) {
    for (const auto& router : settings.task_routers)
        if (auto route = answer_of(router, call); !route.is_null()) return route;
    return route_options(call.task, settings.task_routes);
}

Route read_route(const Json& options) {
    Route route{text_of(options, "queue").value_or("")};
    if (const auto priority = options.find("priority"); priority != options.end())
        if (priority->is_number_integer()) route.priority = priority->get<int>();
    return route;
}

std::optional<std::string> check_routes(const Json& routes) {
    if (routes.is_null()) return std::nullopt;
    if (!routes.is_array()) return check_router(routes);
    for (const auto& router : routes)
        if (auto broken = check_router(router)) return broken;
    return std::nullopt;
}

}  // namespace taskworker
