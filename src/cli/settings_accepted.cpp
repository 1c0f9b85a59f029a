#include "cli/settings_rows.hpp"

namespace taskworker {
namespace {

struct Row {
    Area area;
    std::string_view name;
    Shape shape;
    std::string_view fallback;
};

Setting accepted(const Row& row, std::string_view why) {
    return {
        .area = row.area,
        .name = row.name,
        .standing = Setting::Standing::Accepted,
        .shape = row.shape,
        .fallback = row.fallback,
        .help = why};
}

}  // namespace

// clang-format off
std::vector<Setting> accepted_settings() {
    using enum Area;
    using enum Shape;
    std::vector<Setting> all;
    const auto add = [&](std::string_view why, std::initializer_list<Row> rows) {
        for (const auto& row : rows) all.push_back(accepted(row, why));
    };
    add("Tasks come from the module that -A names",
        {
            {General, "imports", List, "[]"},
            {General, "include", List, "[]"},
        });
    add("Not yet: signed messages are not read, and no message is signed",
        {
            {General, "security_cert_store", Text, "null"},
            {General, "security_certificate", Text, "null"},
            {General, "security_digest", Text, R"("sha256")"},
            {General, "security_key", Text, "null"},
            {General, "security_key_password", Text, "null"},
        });
    add("Of RabbitMQ",
        {
            {Broker, "broker_channel_error_retry", Bool, "false"},
            {Broker, "broker_heartbeat", Int, "120"},
            {Broker, "broker_heartbeat_checkrate", Number, "3.0"},
            {Broker, "broker_login_method", Text, "null"},
            {Broker, "broker_native_delayed_delivery_queue_type", Text, R"("quorum")"},
            {Tasks, "task_queue_max_priority", Int, "null"},
            {Tasks, "task_default_queue_type", Text, R"("classic")"},
            {Tasks, "task_create_missing_queue_type", Text, R"("classic")"},
            {Worker, "worker_detect_quorum_queues", Bool, "true"},
        });
    add("The worker reconnects by itself for as long as it takes",
        {
            {Broker, "broker_connection_max_retries", Int, "100"},
            {Broker, "broker_connection_retry", Bool, "true"},
            {Broker, "broker_connection_retry_on_startup", Bool, "null"},
        });
    add("The worker opens what it needs: some eight connections",
        {
            {Broker, "broker_pool_limit", Int, "10"},
        });
    add("Of RabbitMQ's queues; on Redis commands are heard or missed",
        {
            {Broker, "control_queue_durable", Bool, "false"},
            {Broker, "control_queue_exclusive", Bool, "false"},
            {Broker, "control_queue_expires", Number, "10.0"},
            {Broker, "control_queue_ttl", Number, "300.0"},
        });
    add("Of those who listen to events, and of RabbitMQ's queues",
        {
            {Broker, "event_queue_durable", Bool, "false"},
            {Broker, "event_queue_exclusive", Bool, "false"},
            {Broker, "event_queue_expires", Number, "60.0"},
            {Broker, "event_queue_prefix", Text, R"("celeryev")"},
            {Broker, "event_queue_ttl", Number, "5.0"},
        });
    add("Of the commands beat and events, which are Python's",
        {
            {Beat, "beat_logfile", Text, "null"},
            {Beat, "beat_pidfile", Text, "null"},
            {Beat, "beat_uid", Any, "null"},
            {Beat, "beat_gid", Any, "null"},
            {Beat, "beat_umask", Any, "null"},
            {Broker, "events_logfile", Text, "null"},
            {Broker, "events_pidfile", Text, "null"},
            {Broker, "events_uid", Any, "null"},
            {Broker, "events_gid", Any, "null"},
            {Broker, "events_umask", Any, "null"},
        });
    add("Of Python",
        {
            {Worker, "worker_executable", Text, "null"},
            {Beat, "beat_executable", Text, "null"},
            {Broker, "events_executable", Text, "null"},
        });
    add("For Python producers: tasks are called in the calling process",
        {
            {Tasks, "task_always_eager", Bool, "false"},
            {Tasks, "task_eager_propagates", Bool, "false"},
            {Tasks, "task_store_eager_result", Bool, "false"},
        });
    add("Redis keeps all messages alike",
        {
            {Tasks, "task_default_delivery_mode", Any, "2"},
        });
    add("Both protocols are read; protocol 2 is written",
        {
            {Tasks, "task_protocol", Int, "2"},
        });
    add("Of Python: needs pickle",
        {
            {Tasks, "task_remote_tracebacks", Bool, "false"},
        });
    add("The worker opens what it needs; callers take turns",
        {
            {Results, "redis_max_connections", Int, "null"},
            {Results, "result_backend_thread_safe", Bool, "null"},
        });
    add("What fails is tried again until Redis is back",
        {
            {Results, "redis_retry_on_timeout", Bool, "false"},
        });
    add("Connections are watched by the answers they give",
        {
            {Results, "redis_backend_health_check_interval", Int, "null"},
        });
    add("Of Python: an object that hands out passwords",
        {
            {Results, "redis_backend_credential_provider", Any, "null"},
        });
    add("For Python clients: what they keep of the results they have read",
        {
            {Results, "result_cache_max", Int, "-1"},
        });
    add("Celery reads it nowhere: results are never compressed",
        {
            {Results, "result_compression", Text, "null"},
        });
    add("Of the amqp and rpc result backends",
        {
            {Results, "result_exchange", Text, R"("celeryresults")"},
            {Results, "result_exchange_type", Text, R"("direct")"},
            {Results, "result_persistent", Bool, "null"},
        });
    add("Names a Python class",
        {
            {Worker, "worker_agent", Text, "null"},
            {Worker, "worker_autoscaler", Text, R"("celery.worker.autoscale:Autoscaler")"},
            {Worker, "worker_consumer", Text, R"("celery.worker.consumer:Consumer")"},
            {Worker, "worker_timer", Text, "null"},
            {Beat, "beat_scheduler", Text, R"("celery.beat:PersistentScheduler")"},
        });
    add("Messages are fetched when there is room, after a reconnect as well",
        {
            {Worker, "worker_enable_prefetch_count_reduction", Bool, "true"},
        });
    add("Of Python's logging",
        {
            {Worker, "worker_hijack_root_logger", Bool, "true"},
        });
    add("The death of a child is known at once",
        {
            {Worker, "worker_lost_wait", Number, "10.0"},
        });
    add("Of Celery's pool",
        {
            {Worker, "worker_pool_putlocks", Bool, "true"},
            {Worker, "worker_timer_precision", Number, "1.0"},
        });
    add("Revoked ids are kept in Redis, for all workers",
        {
            {Worker, "worker_state_db", Text, "null"},
        });
    add("Not yet: beat",
        {
            {Beat, "beat_cron_starting_deadline", Int, "null"},
            {Beat, "beat_max_loop_interval", Number, "0"},
            {Beat, "beat_schedule", Object, "{}"},
            {Beat, "beat_schedule_filename", Text, R"("celerybeat-schedule")"},
            {Beat, "beat_sync_every", Int, "0"},
        });
    return all;
}
// clang-format on

}  // namespace taskworker
