#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace taskworker {

// The queues that the consumer takes from right now, for others to see. Thread-safe.
class ServedQueues {
public:
    void set(std::vector<std::string> queues) {
        const std::lock_guard lock(mutex_);
        queues_ = std::move(queues);
    }
    std::vector<std::string> get() const {
        const std::lock_guard lock(mutex_);
        return queues_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> queues_;  // guarded by mutex_
};

}  // namespace taskworker
