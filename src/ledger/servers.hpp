#pragma once

#include <optional>

#include "redis/connection.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// How a ledger reaches the servers it writes to.
struct Servers {
    redis::ConnectionOptions broker;
    std::optional<redis::ConnectionOptions> results;  // none: they are not stored
    std::optional<redis::ConnectionOptions> writer;   // where follow-ups go, if not to the broker
};
Servers servers_of(const Settings& settings);

// Two URLs may lead to one server: by its run id, or by its address where the ACL hides that. A
// results server that is away is another one: the broker is there. Throws RedisError.
bool are_one_server(redis::Connection& broker, redis::Connection& results);

// One server and one user behind both connections, where scripts on `broker` may SELECT `db`.
// Throws RedisError.
bool share_a_server(redis::Connection& broker, redis::Connection& results, int db);

}  // namespace taskworker
