#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "taskworker/time.hpp"

namespace taskworker {

// Celery's rule of --autoscale (celery/worker/autoscale.py): as many slots as there is work in
// hand, at least `min`, at most `max`; it grows at once, and shrinks when it has not grown for
// `keepalive`. Not thread-safe.
class Autoscale {
public:
    using Point = std::chrono::steady_clock::time_point;

    Autoscale(std::size_t most, std::size_t least, Seconds keepalive = Seconds(30))
        : max_(most), min_(least), keepalive_(keepalive) {}

    std::size_t max() const { return max_; }
    std::size_t min() const { return min_; }
    void set(std::size_t most, std::size_t least) { max_ = most, min_ = least; }

    bool operator==(const Autoscale&) const = default;

    // How many slots there shall be; nothing: as many as there are.
    std::optional<std::size_t> decide(std::size_t in_hand, std::size_t slots, Point now);

private:
    std::size_t max_, min_;
    Seconds keepalive_;
    std::optional<Point> grown_;
};

}  // namespace taskworker
