#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "redis/socket_options.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// settings.broker_transport_options, typed, with kombu's names and defaults
// (kombu/transport/redis.py: Channel.from_transport_options). Options that mean nothing to us are
// known and passed over; others are refused.
struct TransportOptions {
    enum class QueueOrder { RoundRobin, Sorted, Priority, Weighted };

    std::string global_keyprefix;
    std::string sep = "\x06\x16";
    std::vector<int> priority_steps = {0, 3, 6, 9};
    std::string unacked_key = "unacked";
    std::string unacked_index_key = "unacked_index";
    std::string unacked_mutex_key = "unacked_mutex";
    Seconds unacked_mutex_expire{300};
    std::optional<std::size_t> unacked_restore_limit;
    Seconds visibility_timeout{3600};
    QueueOrder queue_order = QueueOrder::RoundRobin;
    std::string deadletter_queue;  // kombu's: where messages without a matching binding go
    std::map<std::string, double> queue_weights;  // ours; queues without one have 1
    std::string fanout_prefix = "/{db}.";
    bool fanout_patterns = true;
    redis::SocketOptions sockets;
};

// Throws ConfigError, which names the option.
TransportOptions parse_transport_options(const Json& options);

}  // namespace taskworker
