#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/routes.hpp"
#include "taskworker/task_options.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// Celery's settings under Celery's lower-case names, typed (celery/app/defaults.py). A value: built
// once at start from all layers, then read by everybody. docs/configuration.md has the table.
struct Settings {
    // general
    std::vector<std::string> accept_content = {"json"};
    bool enable_utc = true;
    std::string timezone = {};  // empty = UTC, or the machine's own without enable_utc

    // broker and results
    std::string broker_url = "redis://127.0.0.1:6379/0";
    std::string result_backend = {};                          // empty = results are not stored
    std::string broker_read_url = {}, broker_write_url = {};  // empty = broker_url
    std::string broker_failover_strategy = "round-robin";     // or "shuffle"
    Json broker_use_ssl = false;                              // or a table of ssl_…
    Json broker_transport_options = Json::object();
    Json result_backend_transport_options = Json::object();
    Seconds broker_connection_timeout{4};
    std::optional<Seconds> result_expires = Seconds(86400);  // none = kept for ever
    bool result_extended = false;
    std::string result_serializer = "json";                              // or yaml, msgpack
    std::optional<std::vector<std::string>> result_accept_content = {};  // none = accept_content
    Seconds redis_socket_timeout{120};
    std::optional<Seconds> redis_socket_connect_timeout = {};
    bool redis_socket_keepalive = true;
    std::optional<std::string> redis_client_name = {}, redis_host = {}, redis_username = {},
                               redis_password = {};
    std::optional<int> redis_port = {}, redis_db = {};
    Json redis_backend_use_ssl = nullptr;  // a table of ssl_…, or true
    bool result_backend_always_retry = false;
    std::optional<int> result_backend_max_retries = {};  // none = for ever
    int result_backend_base_sleep_between_retries_ms = 10;
    int result_backend_max_sleep_between_retries_ms = 10'000;

    // remote control and events
    std::string control_exchange = "celery";
    std::string event_exchange = "celeryev";

    // tasks
    bool task_acks_late = false;
    bool task_acks_on_failure_or_timeout = true;
    bool task_reject_on_worker_lost = false;
    bool task_ignore_result = false;
    bool task_store_errors_even_if_ignored = false;
    bool task_track_started = false;
    std::optional<Seconds> task_time_limit = {}, task_soft_time_limit = {};
    std::optional<RateLimit> task_default_rate_limit = {};
    std::string task_default_queue = "celery";
    std::optional<int> task_default_priority = {};  // of what producers publish
    bool task_send_events = true;
    std::string task_serializer = "json";              // of what producers publish
    std::optional<std::string> task_compression = {};  // the same; a name of kombu's
    Json task_queues = nullptr;  // a list of names and tables: message/queue_table.hpp
    bool task_create_missing_queues = true;
    std::optional<std::string> task_create_missing_queue_exchange_type = {};
    std::optional<std::string> task_default_exchange = {}, task_default_routing_key = {};
    std::string task_default_exchange_type = "direct";
    bool task_send_sent_event = false;  // of tw::Client, and of what tasks send
    bool task_publish_retry = true;     // of tw::Client, as the next
    Json task_publish_retry_policy = nullptr;  // null = kombu's: client/publish_retry.hpp
    Json task_annotations =
        nullptr;                 // options by task name or "*"; null, an object or a list of them
    Json task_routes = nullptr;  // where what we publish goes (canvas/router.hpp)
    std::vector<Router> task_routers =
        {};  // asked before task_routes; App::router(), not a setting
    bool task_inherit_parent_priority = false;
    bool task_allow_error_cb_on_chord_header = false;
    Seconds result_chord_join_timeout{3};
    Seconds result_chord_retry_interval{1};  // of celery.chord_unlock

    // worker
    std::optional<int> worker_concurrency = {};          // none = number of CPUs
    std::optional<int> worker_prefetch_multiplier = {};  // none = adaptive; 0 = unlimited
    std::string worker_pool = "prefork";
    std::optional<int> worker_max_tasks_per_child = {};
    std::optional<int> worker_max_memory_per_child = {};  // KiB
    bool worker_disable_rate_limits = false;
    bool worker_disable_prefetch = false;
    std::optional<int> worker_eta_task_limit = {};  // of those that wait in memory
    bool worker_deduplicate_successful_tasks = false;
    bool worker_cancel_long_running_tasks_on_connection_loss = false;
    Seconds worker_proc_alive_timeout{4};  // for a child to say that it is there
    Seconds worker_soft_shutdown_timeout{0};
    bool worker_enable_soft_shutdown_on_idle = false;
    bool worker_send_task_events = false;
    bool worker_enable_remote_control = true;
    bool worker_direct = false;  // a queue of its own, named after the node
    bool worker_pool_restarts = false;

    // its log (docs/operations.md)
    std::optional<bool> worker_log_color = {};  // none = colours on a terminal
    std::string worker_log_format = "[%(asctime)s: %(levelname)s/%(processName)s] %(message)s";
    std::string worker_task_log_format =
        "[%(asctime)s: %(levelname)s/%(processName)s] %(task_name)s[%(task_id)s]: %(message)s";
    std::string worker_log_type = "text";            // ours: or "json"
    std::optional<std::string> worker_logfile = {};  // none = stderr
    bool worker_redirect_stdouts = true;
    std::string worker_redirect_stdouts_level = "WARNING";

    // it as a daemon
    std::optional<std::string> worker_pidfile = {};
    std::optional<std::string> worker_uid = {}, worker_gid = {};  // a name or a number
    std::optional<int> worker_umask = {};

    // ours (docs/celery-compatibility.md)
    std::optional<Seconds> worker_shutdown_timeout = {};  // TERM: none = wait for ever, as Celery
    int worker_max_deliveries = 3;  // abnormal ends after which a task is a dead letter
    std::string worker_unknown_tasks = "dead_letter";  // or "celery": discarded

    std::string worker_http =
        {};  // where health and metrics are served, "127.0.0.1:9808"; empty: nowhere

    Json app = Json::object();  // the app's own settings: table [app] of taskworker.toml
};

enum class unknown { refuse, ignore };  // what to do with settings nobody knows

}  // namespace taskworker
