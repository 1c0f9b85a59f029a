// What the worker says of itself: stats (wire §7.4).
#include <sys/resource.h>
#include <unistd.h>

#include "base/url.hpp"
#include "lifecycle/prefetch.hpp"
#include "worker/control_commands.hpp"

namespace taskworker {
namespace {

bool has_children(const Settings& settings) {
    return settings.worker_pool == "prefork" || settings.worker_pool == "processes";
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Json rusage_json() {
    rusage own{};
    ::getrusage(RUSAGE_SELF, &own);
    return {
        {"utime", seconds_of(own.ru_utime)},
        {"stime", seconds_of(own.ru_stime)},
        {"maxrss", own.ru_maxrss},
        {"ixrss", own.ru_ixrss},
        {"idrss", own.ru_idrss},
        {"isrss", own.ru_isrss},
        {"minflt", own.ru_minflt},
        {"majflt", own.ru_majflt},
        {"nswap", own.ru_nswap},
        {"inblock", own.ru_inblock},
        {"oublock", own.ru_oublock},
        {"msgsnd", own.ru_msgsnd},
        {"msgrcv", own.ru_msgrcv},
        {"nsignals", own.ru_nsignals},
        {"nvcsw", own.ru_nvcsw},
        {"nivcsw", own.ru_nivcsw}};
}

Json broker_json(const Settings& settings) {
    const auto url = parse_redis_url(settings.broker_url);
    Json broker = Json::object();
    broker["hostname"] = url.unix_socket() ? url.socket_path : url.host;
    broker["userid"] = url.user && !url.user->empty() ? Json(*url.user) : Json();
    broker["virtual_host"] = std::to_string(url.db);
    broker["port"] = url.unix_socket() ? Json() : Json(url.port);
    broker["insist"] = false;
    broker["ssl"] = url.tls();
    broker["transport"] = "redis";
    broker["connect_timeout"] = settings.broker_connection_timeout.count();
    broker["transport_options"] = Json::object();
    broker["login_method"] = nullptr;
    broker["uri_prefix"] = nullptr;
    broker["heartbeat"] = 120.0;
    broker["failover_strategy"] = "round-robin";
    broker["alternates"] = Json::array();
    broker["credential_provider"] = nullptr;
    return broker;
}

Json limit_json(const std::optional<Seconds>& limit) { return limit ? limit->count() : 0.0; }

Json pool_json(const ControlParts& with) {
    const auto& settings = with.settings;
    Json pool = Json::object();
    const bool solo = settings.worker_pool == "solo";
    const bool children = has_children(settings);
    pool["implementation"] = children ? "celery.concurrency.prefork:TaskPool"
                             : solo   ? "celery.concurrency.solo:TaskPool"
                                      : "celery.concurrency.thread:TaskPool";
    pool["max-concurrency"] = with.pool.slots();
    auto processes = with.pool.processes();
    if (processes.empty() && !children) processes.push_back(::getpid());
    pool["processes"] = processes;
    if (!children && !solo) pool["threads"] = with.pool.slots();
    const auto most = settings.worker_max_tasks_per_child;
    pool["max-tasks-per-child"] = most ? Json(*most) : Json("N/A");
    pool["put-guarded-by-semaphore"] = !children;
    pool["timeouts"] = Json::array(
        {limit_json(settings.task_soft_time_limit), limit_json(settings.task_time_limit)}
    );
    if (children)
        pool["writes"] = {
            {"total", with.counts.total()},
            {"avg", "0.00"},
            {"all", ""},
            {"raw", ""},
            {"strategy", "fair"},
            {"inqueues", {{"total", processes.size()}, {"active", 0}}}};
    return pool;
}

// celery/worker/autoscale.py: Autoscaler.info
Json autoscaler_json(const ControlParts& with) {
    const auto bounds = with.autoscaler->bounds();
    return {
        {"max", bounds.max},
        {"min", bounds.min},
        {"current", with.pool.slots()},
        {"qty", with.held.in_hand()}};
}

}  // namespace

Json stats_command(ControlState& state, const ControlArguments&) {
    const auto& with = state.with;
    Json total = Json::object();
    for (const auto& [name, count] : with.counts.by_name()) total[name] = count;
    Json stats = Json::object();
    stats["total"] = std::move(total);
    stats["pid"] = ::getpid();
    stats["clock"] = std::to_string(with.lamport.value());
    stats["uptime"] =
        std::chrono::duration_cast<std::chrono::seconds>(with.clock.ticks() - state.since).count();
    stats["pool"] = pool_json(with);
    stats["broker"] = broker_json(with.settings);
    if (with.autoscaler) stats["autoscaler"] = autoscaler_json(with);
    stats["prefetch_count"] = prefetch_room(
        with.settings.worker_prefetch_multiplier,
        with.pool.slots(),
        {},
        with.finisher.average_runtime()
    );
    stats["rusage"] = rusage_json();
    return stats;
}

}  // namespace taskworker
