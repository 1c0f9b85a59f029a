#pragma once

#include <deque>

#include "base/clock.hpp"

namespace taskworker {

// When a dead child may be replaced: at once, unless children die one after the other without
// having done a job (a module that cannot be loaded, a missing library). Then after 1, 2, 4 … 30 s,
// until one works again. Pure; not thread-safe.
class Respawn {
public:
    static constexpr std::size_t kDeaths = 5;  // so many …
    static constexpr Seconds kWithin{10};      // … in that time are a series

    // A child ended that had done nothing. True when this death begins or prolongs a wait.
    bool died_early(SteadyPoint now);
    void job_done();
    SteadyPoint not_before() const { return not_before_; }
    Seconds wait() const { return wait_; }

private:
    std::deque<SteadyPoint> deaths_;
    Seconds wait_{0};
    SteadyPoint not_before_{};
};

}  // namespace taskworker
