#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace taskworker {

// Messages to everybody who listens, and answers to one who asked: kombu's fanout exchanges and its
// direct exchanges with a queue per asker. Nothing of it is ever kept or leased. Messages are whole
// envelopes. Not thread-safe but for interrupt(): each thread has its own object over connections
// of its own. Throws BrokerError; after it the next call connects anew. While a subscriber is away
// it misses what is sent.
class Fanout {
public:
    // A queue bound to an exchange. For a fanout exchange the key chooses what is heard: empty for
    // what is sent without a key, else a pattern ("#": all that has one, "worker.*").
    struct Binding {
        std::string exchange, key, queue;
    };
    struct Sending {
        std::string exchange, key, envelope;
    };

    virtual ~Fanout() = default;

    // From now on: what is published to this fanout exchange. Before the first receive().
    virtual void subscribe(Binding binding) = 0;
    // What has come; waits for the first until `until` or interrupt(). Connects and subscribes.
    virtual std::vector<std::string> receive(SteadyPoint until) = 0;
    virtual void interrupt() = 0;    // any thread
    virtual void unsubscribe() = 0;  // an orderly end: takes the bindings away

    // Sends to all who listen now; how many they are, at most for one of the messages. All in one
    // round trip.
    virtual std::size_t publish(std::span<const Sending> messages) = 0;

    // Direct exchanges: into every queue bound with this key; none, and the message is gone.
    virtual void send(const Sending& message) = 0;
    // Into this queue, in their order.
    virtual void put(const std::string& queue, std::span<const std::string> envelopes) = 0;
    virtual void bind(const Binding& binding) = 0;
    virtual void remove(const Binding& binding) = 0;  // the queue and what is in it as well
    // The next message of a queue, taken for good; waits until `until`.
    virtual std::optional<std::string> take(const std::string& queue, SteadyPoint until) = 0;
};

}  // namespace taskworker
