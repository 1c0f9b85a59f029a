#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/config.hpp"

namespace taskworker {

// Queues from outside, for people at the command line: no lease is taken, nobody counts as a
// worker. Throws BrokerError when the server is away. Not thread-safe.
class Queues {
public:
    virtual ~Queues() = default;

    // Messages that wait to be fetched, of all priorities.
    virtual std::size_t size(std::string_view queue) = 0;
    // Deletes at most about `most` of them, the oldest first, and returns how many it deleted; 0:
    // none was left.
    virtual std::size_t remove(std::string_view queue, std::size_t most) = 0;
    // The queues that a message with this routing key goes to.
    virtual std::vector<std::string> bound_to(
        std::string_view exchange, std::string_view routing_key
    ) = 0;
};

// Of settings.broker_url. `who` is shown to people who look at the server's connections.
std::unique_ptr<Queues> open_queues(const Settings& settings, std::string who);

}  // namespace taskworker
