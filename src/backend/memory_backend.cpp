#include "backend/memory_backend.hpp"

#include "message/python_json.hpp"

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

// Nobody counts parts in memory: only what was saved is kept.
void MemoryResults::write(const GroupWrite& write) {
    if (write.kind != GroupWrite::Kind::Saved) return;
    const std::lock_guard lock(mutex_);
    groups_[write.group_id] = write.document;
}

std::optional<Json> MemoryResults::load_group(std::string_view id) const {
    const std::lock_guard lock(mutex_);
    const auto found = groups_.find(id);
    if (found == groups_.end()) return std::nullopt;
    const auto read = parse_json(found->second);
    const auto* document = std::get_if<Json>(&read);
    if (!document || !document->contains("result")) return std::nullopt;
    return document->at("result");
}

void MemoryResults::forget_group(std::string_view id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = groups_.find(id); found != groups_.end()) groups_.erase(found);
}

}  // namespace taskworker
