#include "pool/respawn.hpp"

#include <algorithm>

#include "pool/deadlines.hpp"

namespace taskworker {

bool Respawn::died_early(SteadyPoint now) {
    deaths_.push_back(now);
    while (!deaths_.empty() && later(deaths_.front(), kWithin) < now) deaths_.pop_front();
    const bool in_series = deaths_.size() >= kDeaths || wait_.count() > 0;
    // Several children share one wait: deaths while it lasts do not double it again.
    if (!in_series || now < not_before_) return false;
    wait_ = std::clamp(wait_ * 2, Seconds(1), Seconds(30));
    not_before_ = later(now, wait_);
    return true;
}

void Respawn::job_done() {
    deaths_.clear();
    wait_ = Seconds(0);
    not_before_ = {};
}

}  // namespace taskworker
