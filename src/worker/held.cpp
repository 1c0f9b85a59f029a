#include "worker/held.hpp"

#include <utility>

namespace taskworker {

void Held::add(std::shared_ptr<const Delivery> delivery, TimePoint now) {
    const std::lock_guard lock(mutex_);
    inflight_.add(std::move(delivery), now);
}

bool Held::reserve(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    const auto* entry = inflight_.find(tag);
    return entry && !entry->lost && inflight_.reserve(tag);
}

void Held::start(
    const std::string& tag, int pid, TimePoint at, std::optional<SteadyPoint> ends_by
) {
    const std::lock_guard lock(mutex_);
    inflight_.start(tag, pid, at, ends_by);
}

void Held::settle(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    inflight_.settle(tag);
}

void Held::remove(std::span<const std::string> tags) {
    const std::lock_guard lock(mutex_);
    for (const auto& tag : tags) inflight_.remove(tag);
}

std::optional<Inflight::Stage> Held::lose(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    return inflight_.lose(tag);
}

std::shared_ptr<const Delivery> Held::find(const std::string& tag) const {
    const std::lock_guard lock(mutex_);
    const auto* entry = inflight_.find(tag);
    return entry ? entry->delivery : nullptr;
}

std::vector<std::string> Held::tags_to_renew(SteadyPoint now) const {
    const std::lock_guard lock(mutex_);
    return inflight_.tags_to_renew(now);
}

std::vector<Inflight::Entry> Held::snapshot() const {
    const std::lock_guard lock(mutex_);
    return inflight_.snapshot();
}

std::size_t Held::size() const {
    const std::lock_guard lock(mutex_);
    return inflight_.size();
}

std::size_t Held::in_hand() const {
    const std::lock_guard lock(mutex_);
    return inflight_.count(Inflight::Stage::Reserved) + inflight_.count(Inflight::Stage::Started);
}

std::size_t Held::settling() const {
    const std::lock_guard lock(mutex_);
    return inflight_.count(Inflight::Stage::Settling);
}

std::size_t Held::running() const {
    const std::lock_guard lock(mutex_);
    return inflight_.count(Inflight::Stage::Started);
}

}  // namespace taskworker
