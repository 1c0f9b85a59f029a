#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace taskworker {

// The ids that must not run here (celery/worker/state.py: revoked, a LimitedSet): at most 50,000,
// the oldest go first, and nobody stays longer than three hours. Not thread-safe.
class RevokedIds {
public:
    static constexpr std::size_t kMost = 50'000;
    static constexpr std::chrono::seconds kLife{10'800};

    explicit RevokedIds(std::size_t most = kMost, SteadyPoint::duration life = kLife)
        : most_(most), life_(life) {}

    void add(std::string id, SteadyPoint now);  // again: its time begins anew
    bool contains(std::string_view id, SteadyPoint now) const;
    void remove(std::string_view id);
    std::vector<std::string> ids() const;                              // oldest first
    std::vector<std::pair<std::string, SteadyPoint>> entries() const;  // with their times
    std::size_t size() const { return by_id_.size(); }

private:
    using ByAge = std::multimap<SteadyPoint, std::string>;
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(std::string_view a, std::string_view b) const { return a == b; }
    };

    void purge(SteadyPoint now);

    std::size_t most_;
    SteadyPoint::duration life_;
    ByAge by_age_;
    std::unordered_map<std::string, ByAge::iterator, Hash, Equal> by_id_;
};

}  // namespace taskworker
