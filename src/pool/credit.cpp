#include "pool/credit.hpp"

#include <algorithm>

namespace taskworker {

void Credit::ran(Seconds runtime) {
    // One sample is cut at 100 ms, so that a single long task is forgotten after some forty short
    // ones.
    const Seconds sample = std::clamp(runtime, Seconds(0), Seconds(0.1));
    average_ = known_ ? average_ + (sample - average_) / 8 : sample;
    known_ = true;
}

std::size_t Credit::window() const {
    if (average_ >= kLong) return 1;
    const double fit = kBudget / std::max(average_, Seconds(1e-6));
    return std::clamp(static_cast<std::size_t>(fit), std::size_t{1}, kMost);
}

}  // namespace taskworker
