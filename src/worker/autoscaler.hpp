#pragma once

#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "lifecycle/autoscale.hpp"

namespace taskworker {

// Autoscale with a lock around it: the consumer follows it, remote control changes its bounds.
// Thread-safe.
class Autoscaler {
public:
    struct Bounds {
        std::size_t max, min;
    };

    explicit Autoscaler(Autoscale rule) : rule_(rule) {}

    std::optional<std::size_t> decide(std::size_t in_hand, std::size_t slots, SteadyPoint now) {
        const std::lock_guard lock(mutex_);
        return rule_.decide(in_hand, slots, now);
    }
    Bounds bounds() const {
        const std::lock_guard lock(mutex_);
        return {rule_.max(), rule_.min()};
    }
    // What is not given stays.
    Bounds set(std::optional<std::size_t> most, std::optional<std::size_t> least) {
        const std::lock_guard lock(mutex_);
        rule_.set(most.value_or(rule_.max()), least.value_or(rule_.min()));
        return {rule_.max(), rule_.min()};
    }

private:
    mutable std::mutex mutex_;
    Autoscale rule_;  // guarded by mutex_
};

}  // namespace taskworker
