#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "message/delivery.hpp"
#include "message/publish.hpp"

namespace taskworker {

using Fetched = std::variant<std::shared_ptr<const Delivery>, DiscardedMessage>;

// A source of messages. fetch() belongs to one thread (the consumer); interrupt() may be called
// from any. Everything throws BrokerError when the server is away; what was on its way is then
// found again by the next fetch().
class Broker {
public:
    virtual ~Broker() = default;

    // At most `room` messages (a few more if they were on their way already), each leased to us
    // before it is returned. Waits for the first until `until`, interrupt() or a message. Room 0:
    // takes nothing, but still waits, so the consumer has one place to sleep.
    virtual std::vector<Fetched> fetch(std::size_t room, SteadyPoint until) = 0;
    virtual void interrupt() = 0;
    // Gives up all connections; the next fetch makes new ones. The consumer's thread.
    virtual void reconnect() = 0;

    // From now on these queues, in this order. Before the first fetch, or between two.
    virtual void subscribe(std::vector<std::string> queues) = 0;
    // Stops waiting for messages; what had arrived meanwhile is returned, leased.
    virtual std::vector<Fetched> unsubscribe() = 0;

    virtual void publish(std::span<const Outgoing> messages) = 0;
};

}  // namespace taskworker
