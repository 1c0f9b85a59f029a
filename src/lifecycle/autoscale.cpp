#include "lifecycle/autoscale.hpp"

#include <algorithm>

namespace taskworker {

std::optional<std::size_t> Autoscale::decide(std::size_t in_hand, std::size_t slots, Point now) {
    const auto least = std::max<std::size_t>(min_, 1), most = std::max(max_, least);
    const auto wanted = std::clamp(in_hand, least, most);
    if (slots > most) return most;  // the bound was lowered
    if (wanted > slots) {
        grown_ = now;
        return wanted;
    }
    // Celery never shrinks what has not grown; below `slots` only after the time since then.
    if (wanted == slots || !grown_ || now - *grown_ <= keepalive_) return std::nullopt;
    return wanted;
}

}  // namespace taskworker
