#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "taskworker/time.hpp"

namespace taskworker {

// What waits for its ETA (or for its rate limit), earliest first. Not thread-safe: owned by the
// consumer thread. pop_due(now) gives those with due <= now in due order; equal times keep the
// order in which they were added.
template <class T>
class EtaQueue {
public:
    void add(TimePoint due, T item) { waiting_.emplace(due, std::move(item)); }

    std::optional<TimePoint> next_due() const {
        return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->first);
    }

    std::vector<T> pop_due(TimePoint now) { return take_until(waiting_.upper_bound(now)); }
    std::vector<T> take_all() { return take_until(waiting_.end()); }

    // Removes those of which `matches` is true (revoked, lease lost) and returns them.
    template <class Matches>
    std::vector<T> take_if(Matches matches) {
        std::vector<T> taken;
        for (auto at = waiting_.begin(); at != waiting_.end();) {
            if (!matches(std::as_const(at->second))) {
                ++at;
                continue;
            }
            taken.push_back(std::move(at->second));
            at = waiting_.erase(at);
        }
        return taken;
    }

    // For inspection: visit(due, item), earliest first.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& [due, item] : waiting_) visit(due, item);
    }

    std::size_t size() const { return waiting_.size(); }
    bool empty() const { return waiting_.empty(); }

private:
    using Waiting = std::multimap<TimePoint, T>;  // inserts behind its equals

    std::vector<T> take_until(typename Waiting::iterator end) {
        std::vector<T> taken;
        for (auto at = waiting_.begin(); at != end; ++at) taken.push_back(std::move(at->second));
        waiting_.erase(waiting_.begin(), end);
        return taken;
    }

    Waiting waiting_;
};

}  // namespace taskworker
