#include "broker/redis_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taskworker {

RedisKeys::RedisKeys(const TransportOptions& options)
    : unacked(options.global_keyprefix + options.unacked_key),
      unacked_index(options.global_keyprefix + options.unacked_index_key),
      unacked_mutex(options.global_keyprefix + options.unacked_mutex_key),
      binding_deadlines(options.global_keyprefix + "_kombu.binding_deadlines"),
      workers(options.global_keyprefix + "taskworker.workers"),
      inboxes(options.global_keyprefix + "taskworker.inboxes"),
      suspects(options.global_keyprefix + "taskworker.suspects"),
      parked(options.global_keyprefix + "taskworker.parked"),
      dead_letters(options.global_keyprefix + "taskworker.dead_letters"),
      revoked(options.global_keyprefix + "taskworker.revoked"),
      prefix_(options.global_keyprefix),
      sep_(options.sep),
      steps_(options.priority_steps) {}

std::string RedisKeys::binding(std::string_view exchange) const {
    return fmt::format("{}_kombu.binding.{}", prefix_, exchange);
}

// kombu 5.7 sweeps the tables of exchanges that have no member here (redis.py: sweep_bindings).
std::string RedisKeys::permanent_binding(std::string_view exchange) const {
    return fmt::format("{}_kombu.binding_permanent.{}", prefix_, exchange);
}

// virtual/exchange.py: prepare_bind
std::string RedisKeys::binding_member(const Binding& binding, std::string_view queue) const {
    const auto pattern = binding.type == "topic" ? topic_pattern(binding.routing_key) : "";
    return fmt::format("{}{}{}{}{}", binding.routing_key, sep_, pattern, sep_, queue);
}

std::string RedisKeys::claim_inbox(std::string_view worker, std::string_view list) const {
    return fmt::format("{}taskworker.claim:{}:{}", prefix_, worker, list);
}

std::string RedisKeys::wait_inbox(std::string_view worker, std::string_view list) const {
    return fmt::format("{}taskworker.wait:{}:{}", prefix_, worker, list);
}

std::string RedisKeys::started(std::string_view worker) const {
    return fmt::format("{}taskworker.started.{}", prefix_, worker);
}

std::string RedisKeys::deaths(std::string_view task_id) const {
    return fmt::format("{}taskworker.deaths:{}", prefix_, task_id);
}

std::string RedisKeys::sent(std::string_view once) const {
    return fmt::format("{}taskworker.sent:{}", prefix_, once);
}

std::string RedisKeys::probe(std::string_view token) const {
    return fmt::format("{}taskworker.probe:{}", prefix_, token);
}

std::string RedisKeys::at_step(std::string_view queue, int step) const {
    return step == 0 ? std::string(queue) : fmt::format("{}{}{}", queue, sep_, step);
}

std::string RedisKeys::list(std::string_view queue, int priority) const {
    const int clamped = std::clamp(priority, 0, 9);  // virtual/base.py: _get_message_priority
    const auto above = std::upper_bound(steps_.begin(), steps_.end(), clamped);
    // Python's steps[-1]: below the first step the last one is taken.
    return at_step(queue, above == steps_.begin() ? steps_.back() : *std::prev(above));
}

std::vector<std::string> RedisKeys::lists(std::string_view queue) const {
    std::vector<std::string> result;
    for (int step : steps_) result.push_back(at_step(queue, step));
    return result;
}

std::string_view RedisKeys::queue_of(std::string_view list) const {
    for (int step : steps_) {
        const auto suffix = sep_ + std::to_string(step);
        if (step != 0 && list.size() > suffix.size() && list.ends_with(suffix))
            return list.substr(0, list.size() - suffix.size());
    }
    return list;
}

}  // namespace taskworker
