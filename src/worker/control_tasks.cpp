// What the worker has in hand, and what it knows how to do.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/iso_time.hpp"
#include "lifecycle/rate_limiter.hpp"
#include "lifecycle/treatment.hpp"
#include "worker/control_commands.hpp"
#include "worker/request_info.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostListed = 10'000;
constexpr std::size_t kMostParked = 1'000;

Json info_of(const ControlParts& with, const Inflight::Entry& entry, bool safe = false) {
    const auto& request = entry.delivery->request;
    const auto* task = with.app.find(request.task);
    const bool late = treatment_of(request, task, with.settings).acks_late;
    return request_info(entry, with.node, late, safe);
}

Json list_of(const ControlParts& with, Inflight::Stage stage, bool safe) {
    Json list = Json::array();
    for (const auto& entry : with.held.snapshot())
        if (entry.stage == stage && list.size() < kMostListed)
            list.push_back(info_of(with, entry, safe));
    return list;
}

Json scheduled_entry(TimePoint eta, Json info) {
    return {{"eta", format_iso_time(eta)}, {"priority", 6}, {"request", std::move(info)}};
}

// As people write it: 10/m, 4/s; what is no whole number in any unit, in seconds.
std::string rate_text(RateLimit limit) {
    constexpr std::pair<double, char> kUnits[] = {{1, 's'}, {60, 'm'}, {3600, 'h'}};
    for (const auto& [seconds, unit] : kUnits) {
        const double count = limit.per_second() * seconds;
        if (count >= 1 && std::abs(count - std::round(count)) < 1e-6)
            return fmt::format("{}/{}", std::llround(count), unit);
    }
    return fmt::format("{}", limit.per_second());
}

std::string seconds_shown(const std::optional<Seconds>& limit) {
    return limit ? fmt::format("{}", limit->count()) : std::string();
}

// An attribute of a task as Python would print it; empty: it has none of this name, or None.
std::string attribute(const ControlParts& with, const TaskDef& task, const std::string& name) {
    const auto changed = with.overrides.find(task.name);
    const auto& options = task.options;
    if (name == "name") return task.name;
    if (name == "rate_limit") {
        const auto rate = changed && changed->rate_limit ? *changed->rate_limit
                                                         : rate_limit_of(task, with.settings);
        return rate.per_second() > 0 ? rate_text(rate) : std::string();
    }
    if (name == "time_limit")
        return seconds_shown(
            changed && changed->limits ? changed->limits->hard : options.time_limit
        );
    if (name == "soft_time_limit")
        return seconds_shown(
            changed && changed->limits ? changed->limits->soft : options.soft_time_limit
        );
    const auto flag = [](const std::optional<bool>& value, bool fallback) {
        return std::string(value.value_or(fallback) ? "True" : "False");
    };
    if (name == "acks_late") return flag(options.acks_late, with.settings.task_acks_late);
    if (name == "ignore_result")
        return flag(options.ignore_result, with.settings.task_ignore_result);
    if (name == "track_started")
        return flag(options.track_started, with.settings.task_track_started);
    if (name == "send_events") return flag(options.send_events, true);
    if (name == "max_retries") {
        const int most = options.max_retries.value_or(3);
        return most == forever ? std::string() : std::to_string(most);
    }
    return {};
}

}  // namespace

Json active_command(ControlState& state, const ControlArguments& arguments) {
    return list_of(state.with, Inflight::Stage::Started, arguments.truth("safe"));
}

Json reserved_command(ControlState& state, const ControlArguments&) {
    return list_of(state.with, Inflight::Stage::Reserved, false);
}

// What waits here for its last seconds, and what is parked in Redis for our queues. The latter
// belongs to no worker: each that serves the queue shows it.
Json scheduled_command(ControlState& state, const ControlArguments&) {
    const auto& with = state.with;
    Json list = Json::array();
    std::set<std::string> shown;
    for (const auto& entry : with.held.snapshot()) {
        const auto& request = entry.delivery->request;
        if (entry.stage != Inflight::Stage::Received || !request.eta_at) continue;
        if (list.size() >= kMostListed) break;
        shown.insert(request.id);
        list.push_back(scheduled_entry(*request.eta_at, info_of(with, entry)));
    }
    const auto served = with.served.get();
    for (const auto& parked : with.leases.parked(0, kMostParked)) {
        if (std::find(served.begin(), served.end(), parked.queue) == served.end()) continue;
        const auto delivery = read_parked(parked, with.settings.accept_content);
        if (!delivery) continue;
        const auto& request = delivery->request;
        if (!request.eta_at || !shown.insert(request.id).second) continue;
        list.push_back(scheduled_entry(*request.eta_at, request_info(*delivery, with.node)));
    }
    return list;
}

Json query_task_command(ControlState& state, const ControlArguments& arguments) {
    const auto given = arguments.texts("ids");
    const std::set<std::string> ids(given.begin(), given.end());
    Json found = Json::object();
    for (const auto& entry : state.with.held.snapshot()) {
        const auto& id = entry.delivery->request.id;
        if (entry.stage == Inflight::Stage::Received || !ids.contains(id)) continue;
        const char* where = entry.stage == Inflight::Stage::Started    ? "active"
                            : entry.stage == Inflight::Stage::Reserved ? "reserved"
                                                                       : "ready";
        found[id] = Json::array({where, info_of(state.with, entry)});
    }
    return found;
}

Json registered_command(ControlState& state, const ControlArguments& arguments) {
    auto items = arguments.texts_or_none("taskinfoitems");
    if (items.empty()) items = {"exchange", "routing_key", "rate_limit"};
    const bool builtins = arguments.truth("builtins");
    Json list = Json::array();
    for (const auto& name : state.with.app.names()) {
        if (!builtins && name.starts_with("celery.")) continue;
        const auto& task = *state.with.app.find(name);
        std::string info;
        for (const auto& item : items) {
            const auto value = attribute(state.with, task, item);
            if (!value.empty())
                info += fmt::format("{}{}={}", info.empty() ? "" : " ", item, value);
        }
        list.push_back(info.empty() ? name : fmt::format("{} [{}]", name, info));
    }
    return list;
}

}  // namespace taskworker
