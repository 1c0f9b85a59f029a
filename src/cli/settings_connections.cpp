#include <algorithm>
#include <array>

#include "base/url.hpp"
#include "broker/transport_options.hpp"
#include "cli/settings_rows.hpp"
#include "cli/used_setting.hpp"
#include "message/queue_table.hpp"
#include "redis/servers.hpp"
#include "redis/socket_options.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using S = Settings;

Broken above_0(const Seconds& value) {
    return value.count() > 0 ? std::nullopt : Broken("must be a number of seconds above 0");
}

Broken positive_number(const int& value) {
    return value > 0 ? std::nullopt : Broken("must be a whole number above 0");
}

Broken not_negative(const std::optional<int>& value) {
    return !value || *value >= 0 ? std::nullopt : Broken("must be a whole number of at least 0");
}

// One URL or a list of them, with their options; the files that TLS names are looked at later.
Broken redis_urls(const std::string& value, bool list) {
    try {
        auto urls = list ? parse_redis_urls(value) : std::vector{parse_redis_url(value)};
        for (auto& url : urls) {
            auto server = redis::make_server(std::move(url), nullptr, "URL");
            redis::SocketOptions sockets;
            redis::take_socket_options(server.url, sockets, "URL");
        }
        return std::nullopt;
    } catch (const ConfigError& error) {
        std::string rule = error.what();
        const auto shown = redact_url(value) + ": ";
        return rule.starts_with(shown) ? rule.substr(shown.size()) : rule;
    }
}

Broken broker_urls(const std::string& value) { return redis_urls(value, true); }
Broken other_broker_urls(const std::string& value) {
    return value.empty() ? std::nullopt : redis_urls(value, true);
}

Broken tls_table(const Json& value) {
    if (value.is_null() || value.is_boolean()) return std::nullopt;
    if (!value.is_object()) return "must be true, false or a table";
    try {
        RedisUrl url;
        redis::read_tls_options(url, value, "TLS");
        return std::nullopt;
    } catch (const ConfigError& error) {
        return std::string(error.what());
    }
}

// Celery takes a list of URLs as well as one text with ';' in it.
Setting list_of_urls(Setting setting) {
    setting.assign = [inner = setting.assign](Settings& settings, const Json& value) -> Broken {
        if (!value.is_array()) return inner(settings, value);
        std::string all;
        for (const auto& url : value) {
            if (!url.is_string()) return "must be a URL or a list of URLs";
            if (!all.empty()) all += ';';
            all += url.get_ref<const std::string&>();
        }
        return inner(settings, all);
    };
    return setting;
}

// Any form of value; what is wrong with it, `check` says.
// Infinity, too, is "for ever".
Setting infinity_is_none(Setting setting) {
    setting.shape = Shape::Number;
    setting.assign = [inner = setting.assign](Settings& settings, const Json& value) {
        const auto* number = value.get_ptr<const double*>();
        return inner(settings, number && *number > 1e9 ? Json() : value);
    };
    return setting;
}

Broken transport(const Json& value) {
    try {
        parse_transport_options(value);
        return std::nullopt;
    } catch (const ConfigError& error) {
        return std::string(error.what());
    }
}

bool no_backend(const std::string& url) { return url.empty() || url.starts_with("disabled"); }
Broken result_url(const std::string& value) {
    return no_backend(value) || value == "redis" ? std::nullopt : redis_urls(value, false);
}

Broken result_options(const Json& value) {
    constexpr std::array<std::string_view, 6> kKnown = {
        "global_keyprefix",
        "retry_policy",
        "master_name",
        "min_other_sentinels",
        "sentinel_kwargs",
        "visibility_timeout"};
    for (const auto& [name, option] : value.items())
        if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end())
            return name + ": no such option";
    return std::nullopt;
}

Broken port(const std::optional<int>& value) {
    if (!value || (*value >= 1 && *value <= 65535)) return std::nullopt;
    return std::string("must be a whole number from 1 to 65535");
}
Broken failover(const std::string& value) {
    return value == "round-robin" || value == "shuffle"
               ? std::nullopt
               : Broken("must be one of round-robin, shuffle");
}

Setting disabled_is_none(Setting setting) {
    setting.assign = [inner = setting.assign](Settings& settings, const Json& value) {
        auto broken = inner(settings, value);
        if (!broken && no_backend(settings.result_backend)) settings.result_backend.clear();
        return broken;
    };
    return setting;
}

Broken queue_table(const Json& value) {
    try {
        Settings settings;
        settings.task_queues = value;
        static_cast<void>(QueueTable(settings));
        return std::nullopt;
    } catch (const ConfigError& error) {
        const std::string why = error.what();
        return why.substr(why.find(": ") + 2);
    }
}

Broken exchange_type(const std::string& value) {
    return value == "direct" || value == "topic" ? std::nullopt
                                                 : Broken("must be one of direct, topic");
}
Broken missing_type(const std::optional<std::string>& value) {
    return value ? exchange_type(*value) : std::nullopt;
}

// clang-format off
std::vector<Setting> queues() {
    using enum Area;
    return {
        used(Tasks, "task_create_missing_queues", &S::task_create_missing_queues,
             "-Q may name queues that are not in task_queues"),
        used(Tasks, "task_create_missing_queue_exchange_type", &S::task_create_missing_queue_exchange_type,
             "Exchange type of such queues; null = direct", &missing_type),
        used(Tasks, "task_default_exchange", &S::task_default_exchange,
             "Exchange of queues that name none; null = named as the default queue"),
        used(Tasks, "task_default_exchange_type", &S::task_default_exchange_type,
             "Its type: direct or topic", &exchange_type),
        used(Tasks, "task_default_routing_key", &S::task_default_routing_key,
             "Routing key of the default queue; null = its name"),
        nested(Tasks, "task_queues", &S::task_queues,
             "The queues that are consumed unless -Q names some: a list of names and tables (name, exchange, "
             "exchange_type, routing_key, queue_arguments, bindings), or a table of tables", &queue_table),
        used(Worker, "worker_direct", &S::worker_direct,
             "Consume a queue of its own, too: <node>.dq2 at the exchange C.dq2"),
    };
}

std::vector<Setting> broker() {
    using enum Area;
    return {
        list_of_urls(used(Broker, "broker_url", &S::broker_url,
             "Where tasks come from: redis://, rediss:// or redis+socket://; several, with ';' or as a list, for failover",
             &broker_urls)),
        list_of_urls(used(Broker, "broker_read_url", &S::broker_read_url,
             "Where workers read, if not broker_url", &other_broker_urls)),
        list_of_urls(used(Broker, "broker_write_url", &S::broker_write_url,
             "Where messages are published, if not broker_url", &other_broker_urls)),
        used(Broker, "broker_failover_strategy", &S::broker_failover_strategy,
             "Which of several brokers is next: round-robin or shuffle", &failover),
        nested(Broker, "broker_use_ssl", &S::broker_use_ssl,
             "TLS: true, or a table of ssl_cert_reqs, ssl_ca_certs, ssl_certfile, ssl_keyfile and more", &tls_table),
        used(Broker, "broker_transport_options", &S::broker_transport_options,
             "visibility_timeout, global_keyprefix, priority_steps, sep, queue_order_strategy and more", &transport),
        used(Broker, "broker_connection_timeout", &S::broker_connection_timeout,
             "Seconds to wait for a connection", &above_0),
    };
}

std::vector<Setting> results() {
    using enum Area;
    return {
        disabled_is_none(used(Results, "result_backend", &S::result_backend,
             "Where results go: redis://, rediss:// or redis+socket://; empty = they are not stored", &result_url)),
        used(Results, "result_backend_transport_options", &S::result_backend_transport_options,
             "global_keyprefix", &result_options),
        nested(Results, "redis_backend_use_ssl", &S::redis_backend_use_ssl,
             "With a rediss:// URL: a table of ssl_cert_reqs, ssl_ca_certs and more", &tls_table),
        used(Results, "redis_client_name", &S::redis_client_name,
             "Name of the connections for results, in CLIENT LIST"),
        used(Results, "redis_db", &S::redis_db, "Database, if result_backend names none", &not_negative),
        used(Results, "redis_host", &S::redis_host, "Host, if result_backend names none"),
        used(Results, "redis_port", &S::redis_port, "Port, if result_backend names none", &port),
        used(Results, "redis_username", &S::redis_username, "User, if result_backend names none"),
        used(Results, "redis_password", &S::redis_password, "Password, if result_backend names none"),
        used(Results, "redis_socket_connect_timeout", &S::redis_socket_connect_timeout,
             "Seconds to wait for a connection; null = broker_connection_timeout"),
        used(Results, "redis_socket_keepalive", &S::redis_socket_keepalive,
             "The system watches idle connections (Celery: false)"),
        used(Results, "redis_socket_timeout", &S::redis_socket_timeout,
             "Seconds to wait for an answer of Redis; a worker's ends no longer than the broker's socket_timeout (5)",
             &above_0),
        used(Results, "result_backend_always_retry", &S::result_backend_always_retry,
             "Let result_backend_max_retries count; without it a result is kept until it can be stored"),
        infinity_is_none(used(Results, "result_backend_max_retries", &S::result_backend_max_retries,
             "With always_retry: tries after which results are dropped, with an error line; null = never", &not_negative)),
        used(Results, "result_backend_base_sleep_between_retries_ms",
             &S::result_backend_base_sleep_between_retries_ms,
             "With always_retry: pause before the second try, doubled for each further one", &positive_number),
        used(Results, "result_backend_max_sleep_between_retries_ms",
             &S::result_backend_max_sleep_between_retries_ms, "With always_retry: the longest pause", &positive_number),
    };
}
// clang-format on

}  // namespace

std::vector<Setting> connection_settings() {
    auto all = broker();
    for (auto* part : {&queues, &results}) {
        auto more = part();
        std::move(more.begin(), more.end(), std::back_inserter(all));
    }
    return all;
}

}  // namespace taskworker
