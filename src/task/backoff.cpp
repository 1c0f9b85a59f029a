#include "task/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace taskworker {

Seconds backoff_interval(const RetryBackoff& backoff, int retries, Luck& luck) {
    const double factor = std::floor(std::max(1.0, backoff.factor.count()));
    const double most = std::floor(backoff.max.count());
    double wait = std::min(most, std::ldexp(factor, std::clamp(retries, 0, 1000)));
    if (backoff.jitter && wait > 0) wait = std::floor(luck.uniform() * (wait + 1));
    return Seconds(std::max(0.0, wait));
}

}  // namespace taskworker
