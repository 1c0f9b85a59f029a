#include "lifecycle/inflight.hpp"

#include <utility>

namespace taskworker {

bool Inflight::add(std::shared_ptr<const Delivery> delivery, TimePoint now) {
    const std::string_view tag = delivery->tag;
    Entry entry;
    entry.delivery = std::move(delivery);
    entry.received = now;
    if (!by_tag_.try_emplace(tag, std::move(entry)).second) return false;
    ++counts_[static_cast<std::size_t>(Stage::Received)];
    return true;
}

Inflight::Entry* Inflight::entry(std::string_view tag) {
    const auto found = by_tag_.find(tag);
    return found == by_tag_.end() ? nullptr : &found->second;
}

void Inflight::move_to(Entry& entry, Stage stage) {
    --counts_[static_cast<std::size_t>(entry.stage)];
    entry.stage = stage;
    ++counts_[static_cast<std::size_t>(stage)];
}

bool Inflight::reserve(std::string_view tag) {
    auto* found = entry(tag);
    if (found && found->stage == Stage::Received) move_to(*found, Stage::Reserved);
    return found != nullptr;
}

bool Inflight::hold(std::string_view tag) {
    auto* found = entry(tag);
    if (found && found->stage == Stage::Reserved) move_to(*found, Stage::Received);
    return found != nullptr;
}

bool Inflight::start(
    std::string_view tag, int pid, TimePoint at, std::optional<SteadyPoint> ends_by
) {
    auto* found = entry(tag);
    if (!found) return false;
    if (found->stage == Stage::Settling) return true;  // told late: it has ended already
    move_to(*found, Stage::Started);
    found->pid = pid;
    found->started = at;
    found->ends_by = ends_by;
    return true;
}

bool Inflight::settle(std::string_view tag) {
    auto* found = entry(tag);
    if (found) move_to(*found, Stage::Settling);
    return found != nullptr;
}

std::optional<Inflight::Stage> Inflight::lose(std::string_view tag) {
    auto* found = entry(tag);
    // On its way to be settled: the lease goes with it, and the settlement tells if it was stolen.
    if (!found || found->lost || found->stage == Stage::Settling) return std::nullopt;
    found->lost = true;
    return found->stage;
}

bool Inflight::remove(std::string_view tag) {
    const auto found = by_tag_.find(tag);
    if (found == by_tag_.end()) return false;
    --counts_[static_cast<std::size_t>(found->second.stage)];
    // `tag` may be a view into the delivery that dies here: nothing is done with it afterwards.
    by_tag_.erase(found);
    return true;
}

const Inflight::Entry* Inflight::find(std::string_view tag) const {
    const auto found = by_tag_.find(tag);
    return found == by_tag_.end() ? nullptr : &found->second;
}

std::vector<const Inflight::Entry*> Inflight::find_id(std::string_view id) const {
    std::vector<const Entry*> found;
    for (const auto& [tag, entry] : by_tag_)
        if (entry.delivery->request.id == id) found.push_back(&entry);
    return found;
}

std::vector<Inflight::Entry> Inflight::snapshot() const {
    std::vector<Entry> all;
    all.reserve(by_tag_.size());
    for (const auto& [tag, entry] : by_tag_) all.push_back(entry);
    return all;
}

std::vector<std::string> Inflight::tags_to_renew(SteadyPoint now, Seconds margin) const {
    std::vector<std::string> tags;
    tags.reserve(by_tag_.size());
    for (const auto& [tag, entry] : by_tag_) {
        if (entry.lost) continue;
        const bool overdue = entry.stage == Stage::Started && entry.ends_by &&
                             Seconds(now - *entry.ends_by) > margin;
        if (!overdue) tags.emplace_back(tag);
    }
    return tags;
}

}  // namespace taskworker
