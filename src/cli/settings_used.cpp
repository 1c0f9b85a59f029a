#include <algorithm>
#include <initializer_list>

#include "base/time_zone.hpp"
#include "cli/settings_rows.hpp"
#include "cli/used_setting.hpp"
#include "message/compression.hpp"
#include "message/serializer.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

Broken one_of(const std::string& value, std::initializer_list<const char*> allowed) {
    std::string rule = "must be one of";
    for (const auto* name : allowed) {
        if (value == name) return std::nullopt;
        rule += std::string(rule.ends_with("of") ? " " : ", ") + name;
    }
    return rule;
}

template <int least>
Broken at_least(const std::optional<int>& value) {
    if (!value || *value >= least) return std::nullopt;
    return "must be a whole number of at least " + std::to_string(least);
}

Broken concurrency(const std::optional<int>& value) {
    constexpr int kMost = 10'000;  // each may be a process
    if (!value || (*value >= 1 && *value <= kMost)) return std::nullopt;
    return "must be a whole number from 1 to " + std::to_string(kMost);
}

Broken not_empty(const std::string& value) {
    return value.empty() ? Broken("must not be empty") : std::nullopt;
}

Broken priority(const std::optional<int>& value) {
    if (!value || (*value >= 0 && *value <= 255)) return std::nullopt;
    return std::string("must be a whole number from 0 to 255");
}

// kombu knows pickle too; a message of it then is a dead letter that says why.
Broken contents(const std::vector<std::string>& value) {
    for (const auto& one : value) {
        const bool known = serializer_named(one) || one == "pickle" || one == "raw" ||
                           one == "text" || one == "auth";
        if (!known && one.find('/') == one.npos)
            return "must be names of serializers (json, yaml, msgpack) or content types, not '" +
                   one + "'";
    }
    return std::nullopt;
}
Broken result_contents(const std::optional<std::vector<std::string>>& value) {
    return value ? contents(*value) : std::nullopt;
}
Broken serializer(const std::string& value) { return one_of(value, {"json", "yaml", "msgpack"}); }
Broken compression(const std::optional<std::string>& value) {
    if (!value || codec_named(*value)) return std::nullopt;
    return one_of(*value, {"gzip", "zlib", "bzip2", "lzma", "xz", "zstd", "brotli"});
}
Broken time_zone(const std::string& value) {
    if (value.empty() || is_time_zone(value)) return std::nullopt;
    return std::string("must be a zone of the system's time zone database, e.g. Europe/Berlin");
}

Broken pool(const std::string& value) {
    return one_of(value, {"prefork", "processes", "threads", "solo", "eventlet", "gevent"});
}
Broken unknown_tasks(const std::string& value) { return one_of(value, {"dead_letter", "celery"}); }

// 0 and null both mean "never" and "no limit" in Celery; here they are both none.
template <class T>
Setting zero_is_none(Setting setting, std::optional<T> Settings::*member) {
    setting.assign = [inner = setting.assign, member](Settings& settings, const Json& value) {
        auto broken = inner(settings, value);
        auto& to = settings.*member;
        if (!broken && to == T{}) to.reset();
        return broken;
    };
    return setting;
}

using S = Settings;

// clang-format off
std::vector<Setting> general() {
    using enum Area;
    return {
        used(General, "accept_content", &S::accept_content,
             "What is read: json, yaml, msgpack, or their content types; the rest becomes dead letters", &contents),
        used(General, "enable_utc", &S::enable_utc,
             "Without timezone: the times that we write are in UTC, or in the machine's own zone"),
        used(General, "result_accept_content", &S::result_accept_content,
             "Serializers in which we read results; null = accept_content", &result_contents),
        used(General, "timezone", &S::timezone,
             "Zone of the times that we write, e.g. Europe/Berlin; empty = see enable_utc", &time_zone),
        used(Broker, "control_exchange", &S::control_exchange,
             "Remote control commands come over <name>.pidbox", &not_empty),
        used(Broker, "event_exchange", &S::event_exchange,
             "Events go to this exchange (-E, Flower)", &not_empty),
    };
}

std::vector<Setting> tasks() {
    using enum Area;
    return {
        used(Tasks, "task_acks_late", &S::task_acks_late,
             "Acknowledge after the task ran, not before"),
        used(Tasks, "task_acks_on_failure_or_timeout", &S::task_acks_on_failure_or_timeout,
             "With acks_late: a task that failed is acknowledged as well"),
        used(Tasks, "task_allow_error_cb_on_chord_header", &S::task_allow_error_cb_on_chord_header,
             "An errback of a chord is called for its parts too"),
        used(Tasks, "task_compression", &S::task_compression,
             "How bodies that we publish are compressed: gzip, bzip2, lzma, zstd, brotli; null = not", &compression),
        used(Tasks, "task_default_priority", &S::task_default_priority,
             "Priority of tasks that a task or `call` sends; on Redis 0 is served first", &priority),
        used(Tasks, "task_default_queue", &S::task_default_queue,
             "The queue that is consumed and published to when none is named", &not_empty),
        used(Tasks, "task_default_rate_limit", &S::task_default_rate_limit,
             "Most starts of one task per worker: 10, 4/s, 100/m, 2/h; 0 = no limit"),
        used(Tasks, "task_ignore_result", &S::task_ignore_result,
             "Store no results"),
        used(Tasks, "task_inherit_parent_priority", &S::task_inherit_parent_priority,
             "Callbacks, steps of chains and tasks that a task sends have its priority"),
        used(Tasks, "task_publish_retry", &S::task_publish_retry,
             "tw::Client and `call` try again when the broker is away; a worker publishes until it succeeds"),
        used(Tasks, "task_reject_on_worker_lost", &S::task_reject_on_worker_lost,
             "With acks_late: a task whose process died goes back to its queue"),
        used(Tasks, "task_send_sent_event", &S::task_send_sent_event,
             "tw::Client tells of each task that it sends (task-sent)"),
        used(Tasks, "task_serializer", &S::task_serializer,
             "How bodies that we publish are written: json, yaml, msgpack", &serializer),
        zero_is_none(used(Tasks, "task_soft_time_limit", &S::task_soft_time_limit,
             "Seconds after which a task is told to stop; null or 0 = no limit"), &S::task_soft_time_limit),
        used(Tasks, "task_store_errors_even_if_ignored", &S::task_store_errors_even_if_ignored,
             "Store failures although results are ignored"),
        zero_is_none(used(Tasks, "task_time_limit", &S::task_time_limit,
             "Seconds after which a task's process is killed; null or 0 = no limit"), &S::task_time_limit),
        used(Tasks, "task_track_started", &S::task_track_started,
             "Store the state STARTED"),
    };
}

std::vector<Setting> results() {
    using enum Area;
    return {
         used(Results, "result_chord_join_timeout", &S::result_chord_join_timeout,
              "Seconds to wait for results of a complete chord whose parts are groups"),
         used(Results, "result_chord_retry_interval", &S::result_chord_retry_interval,
              "Seconds between two looks of celery.chord_unlock, which other backends' producers send"),
        zero_is_none(used(Results, "result_expires", &S::result_expires,
             "Seconds that results are kept; null or 0 = for ever"), &S::result_expires),
        used(Results, "result_extended", &S::result_extended,
             "Results also say name, args, kwargs, worker, retries and queue"),
        used(Results, "result_serializer", &S::result_serializer,
             "How results are written: json, yaml, msgpack", &serializer),
    };
}

std::vector<Setting> worker() {
    using enum Area;
    return {
        used(Worker, "worker_concurrency", &S::worker_concurrency,
             "Tasks that run at a time (-c); null = number of CPUs", &concurrency),
        used(Worker, "worker_disable_rate_limits", &S::worker_disable_rate_limits,
             "Rate limits are passed over"),
        zero_is_none(used(Worker, "worker_max_memory_per_child", &S::worker_max_memory_per_child,
             "KiB of memory above which a child is replaced after its task; null or 0 = no limit",
             &at_least<0>), &S::worker_max_memory_per_child),
        zero_is_none(used(Worker, "worker_max_tasks_per_child", &S::worker_max_tasks_per_child,
             "Tasks after which a child is replaced; null or 0 = no limit", &at_least<0>),
             &S::worker_max_tasks_per_child),
        used(Worker, "worker_pool", &S::worker_pool,
             "prefork (or processes), threads, solo; eventlet and gevent mean threads (-P)", &pool),
        used(Worker, "worker_prefetch_multiplier", &S::worker_prefetch_multiplier,
             "Messages held per slot; 0 = no bound; null = as many as a few round trips need (Celery: 4)", &at_least<0>),
        used(Worker, "worker_enable_remote_control", &S::worker_enable_remote_control,
             "Listen to remote control commands"),
        used(Worker, "worker_pool_restarts", &S::worker_pool_restarts,
             "Remote control may replace the pool's processes (pool_restart)"),
        used(Worker, "worker_send_task_events", &S::worker_send_task_events,
             "Send events of tasks to monitors (-E)"),
        zero_is_none(used(Worker, "worker_shutdown_timeout", &S::worker_shutdown_timeout,
             "Ours. Seconds that TERM waits for running tasks; null or 0 = until they end, as Celery"),
             &S::worker_shutdown_timeout),
        used(Worker, "worker_http", &S::worker_http,
             "Ours. Where health and metrics are served, 127.0.0.1:9808 or a port; empty = nowhere (--http)"),
        used(Worker, "worker_max_deliveries", &S::worker_max_deliveries,
             "Ours. Deaths of a worker after which the task becomes a dead letter",
             +[](const int& n) -> Broken { return at_least<1>(n); }),
        used(Worker, "worker_unknown_tasks", &S::worker_unknown_tasks,
             "Ours. Tasks nobody registered: dead_letter (kept) or celery (discarded)", &unknown_tasks),
    };
}
// clang-format on

}  // namespace

std::vector<Setting> used_settings() {
    std::vector<Setting> all;
    for (auto* part : {&general, &tasks, &results, &worker}) {
        auto rows = part();
        std::move(rows.begin(), rows.end(), std::back_inserter(all));
    }
    return all;
}

}  // namespace taskworker
