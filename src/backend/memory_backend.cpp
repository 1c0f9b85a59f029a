#include "backend/memory_backend.hpp"

namespace taskworker {
namespace {

bool ready(const ResultRecord& record) {
    return record.status == "SUCCESS" || record.status == "FAILURE" || record.status == "REVOKED";
}

}  // namespace

void MemoryResults::store(const ResultRecord& record) {
    const std::lock_guard lock(mutex_);
    auto& stored = records_[record.id];
    if (stored.status == "SUCCESS") return;
    stored = record;
    changed_.notify_all();
}

std::optional<ResultRecord> MemoryResults::load(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = records_.find(id);
    return found == records_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ResultRecord> MemoryResults::wait(std::string_view id, SteadyPoint until) const {
    std::unique_lock lock(mutex_);
    auto found = records_.end();
    changed_.wait_until(lock, until, [&] {
        found = records_.find(id);
        return found != records_.end() && ready(found->second);
    });
    return found == records_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryResults::forget(std::string_view id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = records_.find(id); found != records_.end()) records_.erase(found);
}

}  // namespace taskworker
