#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/broker_address.hpp"
#include "broker/presence.hpp"
#include "broker/redis_keys.hpp"
#include "broker/transport_options.hpp"
#include "redis/shared_connection.hpp"

namespace taskworker {

// What everything that talks to the broker's Redis for one worker has in common. A value.
struct RedisSettings {
    BrokerAddress address;
    std::optional<BrokerAddress> write_address;  // where publish() goes, if elsewhere
    TransportOptions options;
    RedisKeys keys;
    QueueTable queues;                   // how they are declared
    std::shared_ptr<Presence> presence;  // shared by all connections of the worker
    std::vector<std::string> accept_content;
    int max_deliveries = 3;
    // For simulations: instead of the clocks of this machine and of Redis.
    std::function<TimePoint()> simulated_now = {};

    TimePoint now() const {
        return simulated_now ? simulated_now() : std::chrono::system_clock::now();
    }
    // What scripts take for now; empty: they ask Redis.
    std::string script_now() const;

    // The options of a connection for this purpose ("consumer"), which people see in CLIENT LIST.
    redis::ConnectionOptions connection(
        std::string_view purpose, std::vector<const redis::Script*> scripts = {}
    ) const;
    // The one for all that speaks seldom: leases, what events and remote control send. Who hears
    // nothing for so long tries a new one, before the others think us dead.
    std::shared_ptr<redis::SharedConnection> shared(std::vector<const redis::Script*> scripts = {})
        const;
    static constexpr Millis kPatience{3000};
};

}  // namespace taskworker
