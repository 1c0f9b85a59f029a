#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/result_backend.hpp"
#include "base/clock.hpp"
#include "base/lamport_clock.hpp"
#include "broker/fanout.hpp"
#include "broker/leases.hpp"
#include "broker/revocations.hpp"
#include "observe/event_groups.hpp"
#include "observe/task_counts.hpp"
#include "pool/pool.hpp"
#include "taskworker/app.hpp"
#include "taskworker/config.hpp"
#include "worker/broadcasts.hpp"
#include "worker/consumer.hpp"
#include "worker/control_arguments.hpp"
#include "worker/finisher.hpp"
#include "worker/held.hpp"
#include "worker/revoked_tasks.hpp"
#include "worker/served_queues.hpp"
#include "worker/task_overrides.hpp"

namespace taskworker {

// What commands may look at and change. All outlive the service; all that several threads use is
// thread-safe.
struct ControlParts {
    const App& app;
    const Settings& settings;
    std::string node;
    const Clock& clock;
    LamportClock& lamport;
    Fanout& fanout;  // the service's own, as the three below
    Revocations& revocations;
    Leases& leases;
    ResultBackend& backend;
    Pool& pool;
    Held& held;
    Finisher& finisher;
    Consumer& consumer;
    Broadcasts& broadcasts;
    Autoscaler* autoscaler;  // null: not asked for
    RevokedTasks& revoked;
    TaskOverrides& overrides;
    ServedQueues& served;
    TaskCounts& counts;
    EventGroups& events;
    std::function<void()> heartbeat;               // sends one now
    std::function<Json(bool with_defaults)> conf;  // settings without secrets
    std::function<std::string()> report;
    std::function<void()> shut_down;
};

struct ControlState {
    ControlParts with;
    SteadyPoint since{};                // the start of the worker
    std::vector<std::string> to_store;  // revoked ids whose REVOKED is still to be stored
};

// One command, by its name or its old name (`dump_active`). Null: nobody knows it.
using ControlFunction = Json (*)(ControlState&, const ControlArguments&);
ControlFunction find_control_command(std::string_view name);

// The reply to a command: what it returns, or {"error": …}. Custom commands of the app included.
// Never throws but for what is wrong with the connection (BrokerError).
Json run_control_command(ControlState& state, const std::string& method, const Json& arguments);

// Ids that were revoked: here, for workers to come, and as results. Stores at most `at_once`
// results now, the rest by and by.
void revoke_ids(ControlState& state, const std::vector<std::string>& ids, std::size_t at_once);
void store_revoked(ControlState& state, std::size_t most);

// Answers that need more room than a line (control_stats.cpp, control_tasks.cpp,
// control_queues.cpp, control_revoke.cpp).
Json stats_command(ControlState& state, const ControlArguments& arguments);
Json active_queues_command(ControlState& state, const ControlArguments& arguments);
Json add_consumer_command(ControlState& state, const ControlArguments& arguments);
Json cancel_consumer_command(ControlState& state, const ControlArguments& arguments);
Json active_command(ControlState& state, const ControlArguments& arguments);
Json reserved_command(ControlState& state, const ControlArguments& arguments);
Json scheduled_command(ControlState& state, const ControlArguments& arguments);
Json query_task_command(ControlState& state, const ControlArguments& arguments);
Json registered_command(ControlState& state, const ControlArguments& arguments);
Json revoke_command(ControlState& state, const ControlArguments& arguments);
Json terminate_command(ControlState& state, const ControlArguments& arguments);
Json revoke_by_stamps_command(ControlState& state, const ControlArguments& arguments);
Json hello_command(ControlState& state, const ControlArguments& arguments);

inline Json ok(Json value) { return {{"ok", std::move(value)}}; }
inline Json not_ok(Json value) { return {{"error", std::move(value)}}; }

}  // namespace taskworker
