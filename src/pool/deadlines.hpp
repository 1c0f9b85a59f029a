#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace taskworker {

// Who must be looked at when: at most one point in time per key. Pure bookkeeping, it never asks
// for the time. Not thread-safe.
class Deadlines {
public:
    using Key = std::uint64_t;

    void set(Key key, SteadyPoint at);  // replaces the key's earlier point
    void clear(Key key);
    std::optional<SteadyPoint> next() const;
    // Keys with a point <= now, earliest first; they are cleared.
    std::vector<Key> pop_due(SteadyPoint now);
    std::size_t size() const { return points_.size(); }

private:
    std::set<std::pair<SteadyPoint, Key>> order_;
    std::map<Key, SteadyPoint> points_;
};

// `at` + `wait`, bounded by the end of time: limits come from the wire and may be 1e300 seconds.
SteadyPoint later(SteadyPoint at, Seconds wait);

// Milliseconds to wait for `at`, rounded up (a wait that ends early would spin), at most a minute.
int millis_until(std::optional<SteadyPoint> at, SteadyPoint now);

}  // namespace taskworker
