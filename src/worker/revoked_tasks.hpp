#pragma once

#include <atomic>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lifecycle/revoked.hpp"
#include "lifecycle/revoked_stamps.hpp"
#include "message/delivery.hpp"

namespace taskworker {

// What must not run here, by id or by stamp, with a lock around it: remote control fills it, the
// consumer asks it for every task. Thread-safe; asking costs nothing while nothing is revoked.
class RevokedTasks {
public:
    void add(std::span<const std::string> ids, SteadyPoint now);
    void add_stamps(const std::string& header, const std::vector<std::string>& values);
    bool contains(const Delivery& delivery, SteadyPoint now) const;
    // Oldest first, with the time at which they came.
    std::vector<std::pair<std::string, SteadyPoint>> entries() const;

private:
    mutable std::mutex mutex_;
    RevokedIds ids_;        // guarded by mutex_
    RevokedStamps stamps_;  // guarded by mutex_
    std::atomic<bool> any_{false};
};

}  // namespace taskworker
