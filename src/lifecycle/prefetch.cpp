#include "lifecycle/prefetch.hpp"

#include <algorithm>
#include <cmath>

namespace taskworker {
namespace {

constexpr std::size_t kUnlimited = 10'000;
constexpr std::size_t kMostBuffered = 2'000;
constexpr std::size_t kMostSettling = 2'000;
constexpr std::size_t kUnknownPerSlot = 4;
constexpr double kBufferedWork = 0.020;  // seconds

std::size_t adaptive_budget(std::size_t slots, double average_runtime) {
    if (!(average_runtime > 0)) return slots * kUnknownPerSlot;
    const double buffered = static_cast<double>(slots) * kBufferedWork / average_runtime;
    const auto waiting =
        static_cast<std::size_t>(std::min(buffered, static_cast<double>(kMostBuffered)));
    return std::max(slots, std::min(slots + waiting, kMostBuffered));
}

std::size_t budget_of(std::optional<int> multiplier, std::size_t slots, double average_runtime) {
    if (!multiplier) return adaptive_budget(slots, average_runtime);
    if (*multiplier <= 0) return kUnlimited;
    return std::min(static_cast<std::size_t>(*multiplier) * slots, kUnlimited);
}

}  // namespace

std::size_t prefetch_room(
    std::optional<int> multiplier, std::size_t slots, Load load, double average_runtime
) {
    const auto budget = budget_of(multiplier, std::max<std::size_t>(slots, 1), average_runtime);
    const auto held = load.in_hand + load.settling - std::min(load.settling, kMostSettling);
    return budget > held ? budget - held : 0;
}

}  // namespace taskworker
