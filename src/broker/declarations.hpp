#pragma once

#include <span>
#include <string>

#include "base/clock.hpp"
#include "broker/redis_keys.hpp"
#include "message/queue_table.hpp"
#include "redis/command.hpp"

namespace taskworker {

// Tells everybody how messages for exchanges find our queues, as a Python worker does it
// (kombu/transport/redis.py: _queue_bind): tables of bindings that producers read. Permanent ones
// for ordinary queues; for queues that expire a deadline and the life of their lists, both to be
// renewed while we consume them. Not thread-safe.
class Declarations {
public:
    Declarations(const RedisKeys& keys, const QueueTable& queues) : keys_(keys), queues_(queues) {}

    // Writes the commands; each answers a number or an error of its own.
    void declare(redis::CommandWriter& out, std::span<const std::string> queues, TimePoint now);
    // When queues that expire must be declared again; never, if there are none.
    bool due(SteadyPoint now) const { return now >= next_; }
    SteadyPoint next() const { return next_; }

private:
    void bind(redis::CommandWriter& out, const QueueSpec& queue, TimePoint now) const;

    const RedisKeys& keys_;
    const QueueTable& queues_;
    SteadyPoint next_ = SteadyPoint::max();
};

}  // namespace taskworker
