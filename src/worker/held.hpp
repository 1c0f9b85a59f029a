#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "lifecycle/inflight.hpp"

namespace taskworker {

// Inflight with a lock around it: the consumer fills it, the pool's threads move it on, the settler
// empties it, the keeper reads it. Thread-safe.
class Held {
public:
    void add(std::shared_ptr<const Delivery> delivery, TimePoint now);
    bool reserve(const std::string& tag);  // false: its lease is lost, it must not begin
    void start(const std::string& tag, int pid, TimePoint at, std::optional<SteadyPoint> ends_by);
    void settle(const std::string& tag);
    void remove(std::span<const std::string> tags);
    // Its lease is somebody else's now. The stage in which it was lost; nothing when it was not
    // here.
    std::optional<Inflight::Stage> lose(const std::string& tag);

    std::shared_ptr<const Delivery> find(const std::string& tag) const;  // null: not here
    std::vector<std::string> tags_to_renew(SteadyPoint now) const;
    std::vector<Inflight::Entry> snapshot() const;
    std::size_t size() const;
    std::size_t in_hand() const;  // waiting for a slot or running: what prefetch counts
    std::size_t settling() const;
    std::size_t running() const;

    // When our leases were last known to be ours.
    void renewed(SteadyPoint at) { renewed_ = at.time_since_epoch().count(); }
    SteadyPoint last_renewal() const { return SteadyPoint(SteadyPoint::duration(renewed_.load())); }

private:
    mutable std::mutex mutex_;
    Inflight inflight_;  // guarded by mutex_
    std::atomic<SteadyPoint::rep> renewed_{0};
};

}  // namespace taskworker
