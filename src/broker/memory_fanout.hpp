#pragma once

#include <memory>
#include <string>

#include "broker/fanout.hpp"
#include "broker/revocations.hpp"

namespace taskworker {

struct MemoryQueues;

// The twins of RedisFanout and RedisRevocations. What they share lies in MemoryQueues.
std::unique_ptr<Fanout> memory_fanout(std::shared_ptr<MemoryQueues> queues);
std::unique_ptr<Revocations> memory_revocations(std::shared_ptr<MemoryQueues> queues);

}  // namespace taskworker
