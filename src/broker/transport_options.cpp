#include "broker/transport_options.hpp"

#include <fmt/format.h>

#include <algorithm>

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
            if (!value->is_number() || number(*value) <= 0) refuse(name, "must be seconds above 0");
            into = Seconds(number(*value));
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
    Options::refuse("queue_order_strategy", "must be round_robin, sorted or priority");
}

}  // namespace

TransportOptions parse_transport_options(const Json& json) {
    const Options options(json);
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
    options.text("client_name", result.client_name);
    options.seconds("socket_timeout", result.socket_timeout);
    if (options.find("socket_connect_timeout")) {
        Seconds seconds{0};
        options.seconds("socket_connect_timeout", seconds);
        result.socket_connect_timeout = seconds;
    }
    return result;
}

}  // namespace taskworker
