#include "lifecycle/revoked.hpp"

#include <utility>

namespace taskworker {

void RevokedIds::add(std::string id, SteadyPoint now) {
    remove(id);
    const auto at = by_age_.emplace(now, id);
    by_id_.emplace(std::move(id), at);
    purge(now);
}

bool RevokedIds::contains(std::string_view id, SteadyPoint now) const {
    if (by_id_.empty()) return false;  // the usual case costs no hash
    const auto found = by_id_.find(id);
    return found != by_id_.end() && now < found->second->first + life_;
}

void RevokedIds::remove(std::string_view id) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return;
    by_age_.erase(found->second);
    by_id_.erase(found);
}

std::vector<std::string> RevokedIds::ids() const {
    std::vector<std::string> all;
    all.reserve(by_age_.size());
    for (const auto& [added, id] : by_age_) all.push_back(id);
    return all;
}

std::vector<std::pair<std::string, SteadyPoint>> RevokedIds::entries() const {
    std::vector<std::pair<std::string, SteadyPoint>> all;
    all.reserve(by_age_.size());
    for (const auto& [added, id] : by_age_) all.emplace_back(id, added);
    return all;
}

void RevokedIds::purge(SteadyPoint now) {
    while (!by_age_.empty() && (by_id_.size() > most_ || by_age_.begin()->first + life_ <= now)) {
        by_id_.erase(by_id_.find(by_age_.begin()->second));
        by_age_.erase(by_age_.begin());
    }
}

}  // namespace taskworker
