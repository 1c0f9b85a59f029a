#include "worker/revoked_tasks.hpp"

namespace taskworker {

void RevokedTasks::add(std::span<const std::string> ids, SteadyPoint now) {
    const std::lock_guard lock(mutex_);
    for (const auto& id : ids) ids_.add(id, now);
    any_ = any_ || !ids.empty();
}

void RevokedTasks::add_stamps(const std::string& header, const std::vector<std::string>& values) {
    const std::lock_guard lock(mutex_);
    stamps_.add(header, values);
    any_ = any_ || !stamps_.empty();
}

bool RevokedTasks::contains(const Delivery& delivery, SteadyPoint now) const {
    if (!any_) return false;
    const std::lock_guard lock(mutex_);
    return ids_.contains(delivery.request.id, now) || stamps_.match(delivery.message);
}

std::vector<std::pair<std::string, SteadyPoint>> RevokedTasks::entries() const {
    const std::lock_guard lock(mutex_);
    return ids_.entries();
}

}  // namespace taskworker
