#pragma once

#include <atomic>
#include <cstdint>

#include "base/moment.hpp"

namespace taskworker {

// Dice for threads that come and go: each Luck drawn from it has its own seed. Thread-safe.
class LuckSource {
public:
    Luck draw() { return Luck(base_ + step_ * count_.fetch_add(1, std::memory_order_relaxed)); }

private:
    // Odd and far from splitmix64's own increment, so that two draws never share a stretch of
    // numbers within any run of practical length.
    static constexpr std::uint64_t step_ = 0xd1342543de82ef95u;
    std::uint64_t base_ =
        static_cast<std::uint64_t>(Luck::seeded_by_the_system().uniform() * 0x1.0p53) << 11;
    std::atomic<std::uint64_t> count_{0};
};

}  // namespace taskworker
