#pragma once

#include <atomic>
#include <cstdint>

namespace taskworker {

// The logical clock of the fleet (kombu/clocks.py): counted on before everything that is sent,
// moved on by everything that comes. Thread-safe.
class LamportClock {
public:
    std::uint64_t value() const { return value_; }
    std::uint64_t forward() { return ++value_; }
    // A stranger's value that could only be a mistake would carry everybody's clock away.
    void adjust(std::uint64_t other) {
        if (other > kMost) return;
        auto now = value_.load();
        while (!value_.compare_exchange_weak(now, (other > now ? other : now) + 1)) {
        }
    }

private:
    static constexpr std::uint64_t kMost = std::uint64_t{1} << 53;  // what JSON carries everywhere
    std::atomic<std::uint64_t> value_{0};
};

}  // namespace taskworker
