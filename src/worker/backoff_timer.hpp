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
    BackoffTimer() = default;
    BackoffTimer(Millis first, Millis longest) : first_(first), longest_(longest) {}

    Millis next(Luck& luck) {
        const double grown = static_cast<double>(first_.count()) *
                             static_cast<double>(1u << std::min(failures_, 20u));
        const double base = std::min(static_cast<double>(longest_.count()), grown);
        ++failures_;
        return Millis(static_cast<Millis::rep>(base * (0.75 + 0.5 * luck.uniform())));
    }
    bool failing() const { return failures_ > 0; }
    unsigned failures() const { return failures_; }
    void reset() { failures_ = 0; }

private:
    Millis first_{50}, longest_{1000};
    unsigned failures_ = 0;
};

}  // namespace taskworker
