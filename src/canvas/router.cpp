#include "canvas/router.hpp"

#include <utility>
#include <vector>

namespace taskworker {
namespace {

using Broken = std::optional<std::string>;

// A set "[a-c]" or "[!x]" that begins at `at`: where it ends, and whether it takes `c`. Without an
// end the bracket stands for itself.
struct SetMatch {
    std::size_t end;
    bool taken;
};
std::optional<SetMatch> match_set(std::string_view pattern, std::size_t at, char c) {
    auto i = at + 1;
    const bool negated = i < pattern.size() && pattern[i] == '!';
    if (negated) ++i;
    const auto first = i;
    const auto end = pattern.find(']', first < pattern.size() ? first + 1 : first);
    if (end == std::string_view::npos) return std::nullopt;
    bool found = false;
    for (; i < end; ++i) {
        if (i + 2 < end && pattern[i + 1] == '-') {
            found = found || (pattern[i] <= c && c <= pattern[i + 2]);
            i += 2;
        } else {
            found = found || pattern[i] == c;
        }
    }
    return SetMatch{end + 1, found != negated};
}

// One sign of the pattern against one of the text: where the pattern goes on; npos: no match.
std::size_t step(std::string_view pattern, std::size_t at, char c) {
    constexpr auto kNo = std::string_view::npos;
    if (pattern[at] == '?') return at + 1;
    if (pattern[at] == '[')
        if (const auto set = match_set(pattern, at, c)) return set->taken ? set->end : kNo;
    return pattern[at] == c ? at + 1 : kNo;
}

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

Route read_route(const Json& given) {
    if (given.is_string()) return {given.get<std::string>()};
    Route route{text_of(given, "queue").value_or("")};
    if (const auto priority = given.find("priority"); priority != given.end())
        if (priority->is_number_integer()) route.priority = priority->get<int>();
    return route;
}

std::optional<Route> ask(const Json& router, std::string_view task) {
    const auto entries = entries_of(router);
    for (const auto& [name, route] : entries)
        if (name == task && name.find('*') == std::string::npos) return read_route(*route);
    for (const auto& [name, route] : entries)
        if (name.find('*') != std::string::npos && matches_glob(task, name))
            return read_route(*route);
    return std::nullopt;
}

Broken check_route(const std::string& task, const Json& route) {
    const auto rule = [&](const char* what) { return Broken(task + ": " + what); };
    if (route.is_string() && !route.get_ref<const std::string&>().empty()) return std::nullopt;
    if (!route.is_object())
        return rule("must be the name of a queue, or an object like {\"queue\": …}");
    const auto queue = text_of(route, "queue");
    if (!queue || queue->empty()) return rule("a route names its queue: {\"queue\": …}");
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
    if (router.is_string()) return Broken("a router that is a Python function cannot be called");
    if (!router.is_object() && !is_list_of_pairs(router) && !(router.is_array() && router.empty()))
        return Broken("must be an object of task names and routes, or a list of such objects");
    for (const auto& [name, route] : entries_of(router))
        if (auto broken = check_route(name, *route)) return broken;
    return std::nullopt;
}

}  // namespace

bool matches_glob(std::string_view text, std::string_view pattern) {
    std::size_t t = 0, p = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
            continue;
        }
        const auto next = p < pattern.size() ? step(pattern, p, text[t]) : std::string_view::npos;
        if (next != std::string_view::npos) {
            p = next;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;  // the star takes one sign more
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

std::optional<Route> find_route(std::string_view task, const Json& routes) {
    if (routes.is_null()) return std::nullopt;
    if (routes.is_object()) return ask(routes, task);
    for (const auto& router : routes)
        if (auto route = ask(router, task)) return route;
    return std::nullopt;
}

std::optional<std::string> check_routes(const Json& routes) {
    if (routes.is_null()) return std::nullopt;
    if (!routes.is_array()) return check_router(routes);
    for (const auto& router : routes)
        if (auto broken = check_router(router)) return broken;
    return std::nullopt;
}

}  // namespace taskworker
