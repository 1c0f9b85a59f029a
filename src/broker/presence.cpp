#include "broker/presence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taskworker {

void Presence::serve(std::vector<std::string> lists) {
    const std::lock_guard lock(mutex_);
    served_ = std::move(lists);
    for (const auto& list : served_)
        if (std::find(known_.begin(), known_.end(), list) == known_.end()) known_.push_back(list);
}

std::vector<std::string> Presence::served() const {
    const std::lock_guard lock(mutex_);
    return served_;
}

std::string Presence::record() const {
    const std::lock_guard lock(mutex_);
    return fmt::format("1 {}\n{}", slots_, fmt::join(known_, "\n"));
}

}  // namespace taskworker
