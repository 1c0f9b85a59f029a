// The table of commands, and those that change the worker (wire §7.3, 7.6).
#include "worker/control_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "message/python_repr.hpp"
#include "pool/process_memory.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr int kMostSlots = 10'000;
using Args = ControlArguments;

Json ping_command(ControlState&, const Args&) { return ok("pong"); }
Json clock_command(ControlState& state, const Args&) {
    return {{"clock", state.with.lamport.value()}};
}
Json conf_command(ControlState& state, const Args& arguments) {
    return state.with.conf ? state.with.conf(arguments.truth("with_defaults")) : Json::object();
}
Json report_command(ControlState& state, const Args&) {
    return ok(state.with.report ? state.with.report() : std::string());
}

// Python's own numbers: the worker's resident memory as "5.3MB".
Json memsample_command(ControlState&, const Args&) {
    const auto kib = static_cast<double>(resident_kib());
    return kib < 1024 ? fmt::format("{:.1f}kB", kib) : fmt::format("{:.1f}MB", kib / 1024);
}
Json memdump_command(ControlState&, const Args&) {
    throw CommandError("NotImplementedError", "memdump looks into Python's memory; see memsample");
}
Json objgraph_command(ControlState&, const Args&) {
    throw CommandError("ImportError", "Requires the objgraph library");
}

Json revoked_command(ControlState& state, const Args&) {
    Json ids = Json::array();
    for (const auto& [id, added] : state.with.revoked.entries()) ids.push_back(id);
    return ids;
}

Json rate_limit_command(ControlState& state, const Args& arguments) {
    const auto name = arguments.text("task_name");
    const auto& given = arguments.required("rate_limit");
    std::string text = given.is_string() ? given.get_ref<const std::string&>()
                       : given.is_null() ? std::string("0")
                                         : python_str(given);
    RateLimit rate;
    try {
        rate = RateLimit(text);
    } catch (const ConfigError&) {
        const auto why = "could not convert string to float: " + quoted_repr(text);
        return not_ok(fmt::format("Invalid rate limit string: ValueError({})", quoted_repr(why)));
    }
    if (!state.with.app.find(name)) {
        log::error("Rate limit attempt for unknown task {}", name);
        return not_ok("unknown task");
    }
    state.with.overrides.set_rate_limit(name, rate);
    const bool none = given.is_null() || text.empty() || given == Json(0);
    if (none) {
        log::info("Rate limits disabled for tasks of type {}", name);
        return ok("rate limit disabled successfully");
    }
    log::info("New rate limit for tasks of type {}: {}.", name, text);
    return ok("new rate limit set successfully");
}

Json time_limit_command(ControlState& state, const Args& arguments) {
    const auto name = arguments.text_or("task_name", "");
    if (!state.with.app.find(name)) {
        log::error("Change time limit attempt for unknown task {}", name);
        return not_ok("unknown task");
    }
    const auto limit = [&](const char* which) -> std::optional<Seconds> {
        const auto seconds = arguments.number(which);
        if (!seconds) return std::nullopt;
        if (*seconds < 0) throw CommandError("ValueError", "a time limit must not be negative");
        return Seconds(*seconds);
    };
    const TaskOverride::Limits limits{.hard = limit("hard"), .soft = limit("soft")};
    state.with.overrides.set_limits(name, limits);
    const auto shown = [](const std::optional<Seconds>& s) {
        return s ? fmt::format("{}", s->count()) : std::string("None");
    };
    log::info(
        "New time limits for tasks of type {}: soft={} hard={}",
        name,
        shown(limits.soft),
        shown(limits.hard)
    );
    return ok("time limits set successfully");
}

Json enable_events_command(ControlState& state, const Args&) {
    if (!state.with.events.enable_tasks()) return ok("task events already enabled");
    log::info("Events of group {{task}} enabled by remote.");
    return ok("task events enabled");
}
Json disable_events_command(ControlState& state, const Args&) {
    if (!state.with.events.disable_tasks()) return ok("task events already disabled");
    log::info("Events of group {{task}} disabled by remote.");
    return ok("task events disabled");
}
Json heartbeat_command(ControlState& state, const Args&) {
    log::debug("Heartbeat requested by remote.");
    if (state.with.heartbeat) state.with.heartbeat();
    return nullptr;
}
// Nobody here stands for election; a Python worker alone would break at it.
Json election_command(ControlState&, const Args&) { return nullptr; }

// With autoscaling the pool has one master only.
Json left_to_autoscale(const char* command) {
    return not_ok(
        fmt::format("{} is not supported with autoscale. Adjust autoscale range instead.", command)
    );
}

Json pool_grow_command(ControlState& state, const Args& arguments) {
    if (state.with.autoscaler) return left_to_autoscale("pool_grow");
    const auto n = static_cast<std::size_t>(arguments.whole("n", 1, kMostSlots));
    state.with.pool.resize(std::min<std::size_t>(state.with.pool.slots() + n, kMostSlots));
    state.with.consumer.room_changed();
    return ok("pool will grow");
}
Json pool_shrink_command(ControlState& state, const Args& arguments) {
    if (state.with.autoscaler) return left_to_autoscale("pool_shrink");
    const auto n = static_cast<std::size_t>(arguments.whole("n", 1, kMostSlots));
    const auto slots = state.with.pool.slots();
    if (n >= slots)
        throw CommandError(
            "ValueError", fmt::format("Can't shrink pool of {} by {}: one slot must stay", slots, n)
        );
    state.with.pool.resize(slots - n);
    return ok("pool will shrink");
}
Json pool_restart_command(ControlState& state, const Args&) {
    if (!state.with.settings.worker_pool_restarts)
        throw CommandError("ValueError", "Pool restarts not enabled");
    state.with.pool.restart();
    return ok("reload started");
}
Json autoscale_command(ControlState& state, const Args& arguments) {
    auto* const scaler = state.with.autoscaler;
    if (!scaler) throw CommandError("ValueError", "Autoscale not enabled");
    const auto bound = [&](const char* name) -> std::optional<std::size_t> {
        if (!arguments.find(name)) return std::nullopt;
        return static_cast<std::size_t>(arguments.whole(name, 0, kMostSlots));
    };
    const auto most = bound("max"), least = bound("min");
    const auto old = scaler->bounds();
    if (most.value_or(old.max) == 0 || least.value_or(old.min) > most.value_or(old.max))
        throw CommandError(
            "ValueError",
            fmt::format(
                "max={} min={}: max must be at least 1 and not below min",
                most.value_or(old.max),
                least.value_or(old.min)
            )
        );
    const auto now = scaler->set(most, least);
    state.with.consumer.room_changed();
    return ok(fmt::format("autoscale now max={} min={}", now.max, now.min));
}

Json shutdown_command(ControlState& state, const Args& arguments) {
    log::warning("{}", arguments.text_or("msg", "Got shutdown from remote"));
    if (state.with.shut_down) state.with.shut_down();
    return nullptr;
}

struct Row {
    std::string_view name, alias;
    ControlFunction run;
    bool takes_none = false;  // Python's handler has no **kwargs: any argument is an error
};

// By name; binary search is not worth it.
constexpr std::array kCommands = {
    Row{"ping", "", &ping_command},
    Row{"active", "dump_active", &active_command},
    Row{"reserved", "dump_reserved", &reserved_command},
    Row{"scheduled", "dump_schedule", &scheduled_command},
    Row{"revoked", "dump_revoked", &revoked_command},
    Row{"registered", "dump_tasks", &registered_command},
    Row{"query_task", "", &query_task_command},
    Row{"stats", "", &stats_command},
    Row{"active_queues", "", &active_queues_command, true},
    Row{"conf", "dump_conf", &conf_command},
    Row{"report", "", &report_command, true},
    Row{"clock", "", &clock_command},
    Row{"hello", "", &hello_command},
    Row{"memsample", "", &memsample_command},
    Row{"memdump", "", &memdump_command},
    Row{"objgraph", "", &objgraph_command},
    Row{"revoke", "", &revoke_command},
    Row{"terminate", "", &terminate_command},
    Row{"revoke_by_stamped_headers", "", &revoke_by_stamps_command},
    Row{"rate_limit", "", &rate_limit_command},
    Row{"time_limit", "", &time_limit_command},
    Row{"enable_events", "", &enable_events_command, true},
    Row{"disable_events", "", &disable_events_command, true},
    Row{"heartbeat", "", &heartbeat_command, true},
    Row{"election", "", &election_command},
    Row{"pool_grow", "", &pool_grow_command},
    Row{"pool_shrink", "", &pool_shrink_command},
    Row{"pool_restart", "", &pool_restart_command},
    Row{"autoscale", "", &autoscale_command},
    Row{"shutdown", "", &shutdown_command},
    Row{"add_consumer", "", &add_consumer_command},
    Row{"cancel_consumer", "", &cancel_consumer_command},
};

const Row* find_row(std::string_view name) {
    const auto found = std::find_if(kCommands.begin(), kCommands.end(), [&](const Row& row) {
        return row.name == name || (!row.alias.empty() && row.alias == name);
    });
    return found == kCommands.end() ? nullptr : &*found;
}

Json answer(ControlState& state, const std::string& method, const Json& arguments) {
    if (const auto* row = find_row(method)) {
        if (row->takes_none && !arguments.empty())
            throw CommandError(
                "TypeError",
                fmt::format(
                    "{}() got an unexpected keyword argument '{}'",
                    row->name,
                    arguments.begin().key()
                )
            );
        return row->run(state, ControlArguments(std::string(row->name), arguments));
    }
    if (const auto* custom = state.with.app.find_control(method)) return (*custom)(arguments);
    throw CommandError("KeyError", method);
}

}  // namespace

ControlFunction find_control_command(std::string_view name) {
    const auto* row = find_row(name);
    return row ? row->run : nullptr;
}

Json run_control_command(ControlState& state, const std::string& method, const Json& arguments) {
    try {
        return answer(state, method, arguments);
    } catch (const BrokerError&) {
        throw;
    } catch (const CommandError& error) {
        log::error("pidbox command error: {}", error.what());
        return not_ok(error.what());
    } catch (const std::exception& error) {
        log::error("pidbox command error: {}: {}", method, error.what());
        return not_ok(fmt::format("RuntimeError({})", quoted_repr(error.what())));
    }
}

}  // namespace taskworker
