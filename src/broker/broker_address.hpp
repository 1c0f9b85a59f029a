#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/transport_options.hpp"
#include "redis/connection.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// Where the broker is and how to talk to it: broker_url (or broker_read_url, broker_write_url),
// broker_use_ssl, broker_failover_strategy and what broker_transport_options and the URL say about
// sockets. A value; the servers are shared by all who ask for the same ones.
struct BrokerAddress {
    std::shared_ptr<redis::Servers> servers;
    redis::SocketOptions sockets;
    Millis connect_timeout{4000};

    redis::ConnectionOptions connection(
        std::string name, std::vector<const redis::Script*> scripts = {}
    ) const;
    // For people: all servers, without passwords.
    std::string text() const;
};

// Throw ConfigError, which names the setting.
BrokerAddress address_to_read(const Settings& settings);   // where tasks come from
BrokerAddress address_to_write(const Settings& settings);  // where producers send them
bool reads_and_writes_elsewhere(const Settings& settings);

}  // namespace taskworker
