#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/url.hpp"
#include "redis/stream.hpp"
#include "taskworker/json.hpp"
#include "taskworker/time.hpp"

namespace taskworker::redis {

// What redis-py's connections can be told, by an option of the URL or by a setting. A value.
struct SocketOptions {
    std::optional<Seconds> timeout;          // socket_timeout: for an answer
    std::optional<Seconds> connect_timeout;  // socket_connect_timeout
    Keepalive keepalive;                     // socket_keepalive, socket_keepalive_options
    std::string client_name;                 // CLIENT SETNAME

    bool operator==(const SocketOptions&) const = default;
};

// Takes what it knows out of url.options; they win over what `to` says already. What is left then
// nobody knows: ConfigError names it. `setting` is where the URL stands.
void take_socket_options(RedisUrl& url, SocketOptions& to, std::string_view setting);

// {"TCP_KEEPIDLE": 60}, {"4": 60}: names or Linux' numbers, as Python writes them down.
// Throws ConfigError.
void read_keepalive_options(const Json& options, Keepalive& to, std::string_view setting);

// Options of redis-py that are known and change nothing here.
bool passed_over(std::string_view option);

}  // namespace taskworker::redis
