#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"
#include "base/moment.hpp"

namespace taskworker {

// How long a loop waits after the n-th failure in a row: 50 ms, doubled up to 1 s, plus or minus a
// quarter by dice, so that a fleet does not come back in step. The cap is low because Redis that is
// back should find us back; a refused connection costs next to nothing.
class BackoffTimer {
public:
    Millis next(Luck& luck) {
        const double base =
            std::min(1000.0, 50.0 * static_cast<double>(1u << std::min(failures_, 5u)));
        ++failures_;
        return Millis(static_cast<int>(base * (0.75 + 0.5 * luck.uniform())));
    }
    bool failing() const { return failures_ > 0; }
    unsigned failures() const { return failures_; }
    void reset() { failures_ = 0; }

private:
    unsigned failures_ = 0;
};

}  // namespace taskworker
