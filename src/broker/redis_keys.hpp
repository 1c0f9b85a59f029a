#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/transport_options.hpp"
#include "message/queue_table.hpp"

namespace taskworker {

// Every name of the broker in Redis, in one place (docs/protocol/redis-keys.md). A *list* is the
// name of a queue with its priority step, without global_keyprefix: what tags and inboxes carry. A
// *key* is what Redis sees. A value; thread-safe as one.
class RedisKeys {
public:
    explicit RedisKeys(const TransportOptions& options);

    // kombu's
    std::string unacked, unacked_index, unacked_mutex, binding_deadlines;
    std::string binding(std::string_view exchange) const;
    std::string permanent_binding(std::string_view exchange) const;
    std::string binding_member(const Binding& binding, std::string_view queue) const;

    // Ours
    std::string workers, inboxes, suspects, parked, dead_letters, revoked;
    std::string claim_inbox(std::string_view worker, std::string_view list) const;
    std::string wait_inbox(std::string_view worker, std::string_view list) const;
    std::string started(std::string_view worker) const;
    std::string deaths(std::string_view task_id) const;
    std::string sent(std::string_view once) const;
    std::string probe(std::string_view token) const;

    std::string key(std::string_view list) const { return prefix_ + std::string(list); }
    const std::string& prefix() const { return prefix_; }
    const std::string& separator() const { return sep_; }
    const std::vector<int>& steps() const { return steps_; }

    // The list a message of this priority goes to (redis.py: _q_for_pri, priority).
    std::string list(std::string_view queue, int priority) const;
    // All lists of a queue, the most urgent first; as `steps` has them.
    std::vector<std::string> lists(std::string_view queue) const;
    // Without its priority step. Only lists of known steps are cut.
    std::string_view queue_of(std::string_view list) const;

private:
    std::string at_step(std::string_view queue, int step) const;
    std::string prefix_, sep_;
    std::vector<int> steps_;
};

}  // namespace taskworker
