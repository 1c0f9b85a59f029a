#include "cli/event_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/iso_time.hpp"
#include "cli/shown_text.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostNames = 10'000;

std::string shown_field(const Json& event, const char* name) {
    const auto found = event.find(name);
    return found == event.end() || found->is_null() ? std::string() : python_str(*found);
}

double number_field(const Json& event, const char* name) {
    const auto found = event.find(name);
    if (found == event.end() || !found->is_number()) return 0;
    if (const auto* n = found->get_ptr<const double*>()) return *n;
    if (const auto* n = found->get_ptr<const std::int64_t*>()) return static_cast<double>(*n);
    return static_cast<double>(*found->get_ptr<const std::uint64_t*>());
}

std::string human_type(std::string type) {
    std::replace(type.begin(), type.end(), '-', ' ');
    return type == "worker offline" ? "shutdown" : type == "worker online" ? "started" : type;
}

}  // namespace

std::string EventLines::line(const Json& event) {
    if (!event.is_object()) return {};
    const auto type = shown_field(event, "type");
    const double at = number_field(event, "timestamp");
    const bool sane = at > 0 && at < 4e9;
    auto line = fmt::format(
        "{} [{}] {}",
        shown_field(event, "hostname"),
        sane ? format_iso_time(from_unix(at)) : std::string("?"),
        human_type(type)
    );
    std::set<std::string, std::less<>> told = {"type", "hostname", "timestamp", "local_received"};
    if (type.starts_with("task-")) {
        line += ": ";
        const auto id = shown_field(event, "uuid");
        auto name = shown_field(event, "name");
        if (name.empty()) {
            if (const auto known = names_.find(id); known != names_.end()) name = known->second;
        } else {
            if (names_.size() >= kMostNames) names_.clear();
            names_.insert_or_assign(id, name);
        }
        line += fmt::format("{}({})", name, id);
        for (const auto* field : {"args", "kwargs"})
            if (event.contains(field))
                line += fmt::format(" {}={}", field, shown_field(event, field));
        told.insert({"name", "uuid", "args", "kwargs"});
    }
    std::set<std::string> rest;
    for (const auto& [field, value] : event.items())
        if (!told.contains(field)) rest.insert(fmt::format("{}={}", field, python_repr(value)));
    for (const auto& field : rest) line += " " + field;
    return shown_text(line) + "\n";
}

}  // namespace taskworker
