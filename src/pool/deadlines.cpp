#include "pool/deadlines.hpp"

#include <algorithm>
#include <cmath>

namespace taskworker {

void Deadlines::set(Key key, SteadyPoint at) {
    const auto [place, added] = points_.try_emplace(key, at);
    if (!added) {
        if (place->second == at) return;
        order_.erase({place->second, key});
        place->second = at;
    }
    order_.emplace(at, key);
}

void Deadlines::clear(Key key) {
    const auto place = points_.find(key);
    if (place == points_.end()) return;
    order_.erase({place->second, key});
    points_.erase(place);
}

std::optional<SteadyPoint> Deadlines::next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
}

std::vector<Deadlines::Key> Deadlines::pop_due(SteadyPoint now) {
    std::vector<Key> due;
    while (!order_.empty() && order_.begin()->first <= now) {
        due.push_back(order_.begin()->second);
        points_.erase(due.back());
        order_.erase(order_.begin());
    }
    return due;
}

SteadyPoint later(SteadyPoint at, Seconds wait) {
    const Seconds room = SteadyPoint::max() - at;
    if (std::isnan(wait.count()) || wait >= room * 0.999) return SteadyPoint::max();
    return at + std::chrono::duration_cast<SteadyPoint::duration>(std::max(wait, Seconds(0)));
}

int millis_until(std::optional<SteadyPoint> at, SteadyPoint now) {
    constexpr Millis most{60'000};
    if (!at || *at > now + most) return static_cast<int>(most.count());
    if (*at <= now) return 0;
    return static_cast<int>(std::chrono::ceil<Millis>(*at - now).count());
}

}  // namespace taskworker
