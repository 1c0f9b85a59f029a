#include "broker/transport_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

// One option at a time: absent and null leave the default.
class Options {
public:
    explicit Options(const Json& json) : json_(json) {
        if (!json.is_object() && !json.is_null())
            throw ConfigError("broker_transport_options: must be a table");
    }
    void text(const char* name, std::string& into) const {
        if (const auto* value = find(name)) {
            if (!value->is_string()) refuse(name, "must be text");
            into = value->get_ref<const std::string&>();
        }
    }
    void seconds(const char* name, Seconds& into) const {
        if (const auto* value = find(name)) {
            constexpr double kLeast = 0.001, kMost = 100.0 * 366 * 86'400;
            const double given = value->is_number() ? number(*value) : 0;
            if (!(given >= kLeast && given <= kMost))  // nor what is no number
                refuse(name, "must be seconds above 0, a hundred years at most");
            into = Seconds(given);
        }
    }
    void flag(const char* name, bool& into) const {
        if (const auto* value = find(name)) {
            if (!value->is_boolean()) refuse(name, "must be true or false");
            into = value->get<bool>();
        }
    }
    const Json* find(const char* name) const {
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(name);
        return found == json_.end() || found->is_null() ? nullptr : &*found;
    }
    static double number(const Json& value) {
        if (value.is_number_float()) return *value.get_ptr<const double*>();
        if (value.is_number_unsigned())
            return static_cast<double>(*value.get_ptr<const std::uint64_t*>());
        return static_cast<double>(*value.get_ptr<const std::int64_t*>());
    }
    [[noreturn]] static void refuse(const char* name, const char* rule) {
        throw ConfigError(fmt::format("broker_transport_options.{}: {}", name, rule));
    }

private:
    const Json& json_;
};

std::vector<int> steps(const Json& json) {
    std::vector<int> result;
    if (!json.is_array() || json.empty())
        Options::refuse("priority_steps", "must be a list of numbers");
    for (const auto& step : json) {
        if (!step.is_number_integer())
            Options::refuse("priority_steps", "must be a list of numbers");
        const auto value = Options::number(step);
        if (value < 0 || value > 255) Options::refuse("priority_steps", "must be within 0 and 255");
        result.push_back(static_cast<int>(value));
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

TransportOptions::QueueOrder order(const std::string& name) {
    using Order = TransportOptions::QueueOrder;
    if (name == "round_robin") return Order::RoundRobin;
    if (name == "sorted") return Order::Sorted;
    if (name == "priority") return Order::Priority;
    if (name == "weighted") return Order::Weighted;
    Options::refuse("queue_order_strategy", "must be round_robin, sorted, priority or weighted");
}

std::map<std::string, double> weights(const Json& json) {
    if (!json.is_object()) Options::refuse("queue_weights", "must be a table of queues");
    std::map<std::string, double> result;
    for (const auto& [queue, weight] : json.items()) {
        const auto value = weight.is_number() ? Options::number(weight) : 0;
        if (!(value > 0) || value > 1e6)
            Options::refuse("queue_weights", "a weight must be a number above 0");
        result[queue] = value;
    }
    return result;
}

// True is "/{db}.", false is none (redis.py: keyprefix_fanout).
std::string fanout_prefix(const Json& json) {
    if (json.is_boolean()) return json.get<bool>() ? "/{db}." : "";
    if (!json.is_string()) Options::refuse("fanout_prefix", "must be true, false or a text");
    return json.get<std::string>();
}

void read_sockets(const Options& options, redis::SocketOptions& to) {
    const auto seconds = [&](const char* name, std::optional<Seconds>& into) {
        if (!options.find(name)) return;
        into.emplace();
        options.seconds(name, *into);
    };
    seconds("socket_timeout", to.timeout);
    seconds("socket_connect_timeout", to.connect_timeout);
    options.flag("socket_keepalive", to.keepalive.on);
    if (const auto* value = options.find("socket_keepalive_options"))
        redis::read_keepalive_options(*value, to.keepalive, "broker_transport_options");
    options.text("client_name", to.client_name);
}

// Of kombu, known and without effect: how Python publishes, sweeps and polls; Sentinel; AMQP.
bool without_effect(std::string_view name) {
    constexpr std::array<std::string_view, 24> kNames = {
        "body_encoding",
        "connect_retries_timeout",
        "confirm_publish",
        "errback",
        "interval_max",
        "interval_start",
        "interval_step",
        "login_method",
        "master_name",
        "max_retries",
        "min_other_sentinels",
        "polling_interval",
        "retry_policy",
        "sentinel_fanout_compat",
        "sentinel_kwargs",
        "unacked_restore_interval",
        "unacked_restore_throttle",
        "queue_name_prefix",
        "region",
        "predefined_queues",
        "stored_payload_encoding",
        "client_properties",
        "read_timeout",
        "write_timeout"};
    return redis::passed_over(name) ||
           std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

constexpr std::array<std::string_view, 20> kUsed = {
    "ack_emulation",
    "client_name",
    "deadletter_queue",
    "fanout_patterns",
    "fanout_prefix",
    "global_keyprefix",
    "priority_steps",
    "queue_order_strategy",
    "queue_weights",
    "sep",
    "socket_connect_timeout",
    "socket_keepalive",
    "socket_keepalive_options",
    "socket_timeout",
    "unacked_index_key",
    "unacked_key",
    "unacked_mutex_expire",
    "unacked_mutex_key",
    "unacked_restore_limit",
    "visibility_timeout"};

void refuse_unknown(const Json& json) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
        const bool known = std::find(kUsed.begin(), kUsed.end(), name) != kUsed.end();
        if (!known && !without_effect(name)) Options::refuse(name.c_str(), "no such option");
    }
}

}  // namespace

TransportOptions parse_transport_options(const Json& json) {
    const Options options(json);
    refuse_unknown(json);
    TransportOptions result;
    options.text("global_keyprefix", result.global_keyprefix);
    options.text("sep", result.sep);
    if (result.sep.empty()) Options::refuse("sep", "must not be empty");
    if (const auto* value = options.find("priority_steps")) result.priority_steps = steps(*value);
    options.text("unacked_key", result.unacked_key);
    options.text("unacked_index_key", result.unacked_index_key);
    options.text("unacked_mutex_key", result.unacked_mutex_key);
    options.seconds("unacked_mutex_expire", result.unacked_mutex_expire);
    options.seconds("visibility_timeout", result.visibility_timeout);
    if (const auto* value = options.find("unacked_restore_limit")) {
        if (!value->is_number_integer() || Options::number(*value) < 1)
            Options::refuse("unacked_restore_limit", "must be a number above 0");
        result.unacked_restore_limit = static_cast<std::size_t>(Options::number(*value));
    }
    std::string strategy = "round_robin";
    options.text("queue_order_strategy", strategy);
    result.queue_order = order(strategy);
    options.text("deadletter_queue", result.deadletter_queue);
    if (const auto* value = options.find("queue_weights")) result.queue_weights = weights(*value);
    if (const auto* value = options.find("fanout_prefix"))
        result.fanout_prefix = fanout_prefix(*value);
    options.flag("fanout_patterns", result.fanout_patterns);
    bool acks = true;
    options.flag("ack_emulation", acks);
    if (!acks) Options::refuse("ack_emulation", "must be true: a message is never only in memory");
    read_sockets(options, result.sockets);
    return result;
}

}  // namespace taskworker
