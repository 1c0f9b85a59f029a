#pragma once

#include <span>
#include <string>
#include <vector>

#include "taskworker/time.hpp"

namespace taskworker {

// The ids that were revoked, kept where every taskworker finds them when it starts: a task that
// waits must stay revoked when all workers were restarted meanwhile. Not thread-safe. Throws
// BrokerError.
class Revocations {
public:
    virtual ~Revocations() = default;
    virtual void add(std::span<const std::string> ids, TimePoint now) = 0;
    virtual std::vector<std::string> load(TimePoint now) = 0;  // oldest first
};

}  // namespace taskworker
