#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "message/delivery.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// What this worker holds under lease, from fetch to settled. Not thread-safe: worker/held.hpp locks
// around it. One look-up by tag per step of a task; looks by id are rare (remote control) and scan.
class Inflight {
public:
    enum class Stage {
        Received,  // waits in memory for its ETA or rate limit
        Reserved,  // given to the pool, waits for a slot
        Started,
        Settling,  // ended; its effects are on their way to Redis
    };
    struct Entry {
        std::shared_ptr<const Delivery> delivery;
        Stage stage = Stage::Received;
        TimePoint received{};
        std::optional<TimePoint> started = {};
        std::optional<SteadyPoint> ends_by = {};  // by its hard limit; the wall clock may be set
        int pid = 0;
        bool lost = false;  // the lease is somebody else's now; not renewed any more
    };

    // False and no change when the tag is there already.
    bool add(std::shared_ptr<const Delivery> delivery, TimePoint now);
    // These say whether the tag is known. They never go back: what is settling does not start
    // again.
    bool reserve(std::string_view tag);
    bool start(std::string_view tag, int pid, TimePoint at, std::optional<SteadyPoint> ends_by);
    bool settle(std::string_view tag);
    // Back to Received: a reserved task must wait after all.
    bool hold(std::string_view tag);
    // The stage it was lost in; nothing when unknown or known as lost before.
    std::optional<Stage> lose(std::string_view tag);
    bool remove(std::string_view tag);

    const Entry* find(std::string_view tag) const;
    std::vector<const Entry*> find_id(std::string_view id) const;  // duplicates have one id
    std::vector<Entry> snapshot() const;

    std::size_t size() const { return by_tag_.size(); }
    std::size_t count(Stage stage) const { return counts_[static_cast<std::size_t>(stage)]; }

    // What must stay ours. Not: what is lost, and what runs `margin` beyond its hard limit: a slot
    // that hangs may not keep its task for ever.
    std::vector<std::string> tags_to_renew(SteadyPoint now, Seconds margin = Seconds(30)) const;

private:
    Entry* entry(std::string_view tag);
    void move_to(Entry& entry, Stage stage);

    // The key is the delivery's own tag, which lives as long as the entry.
    std::unordered_map<std::string_view, Entry> by_tag_;
    std::array<std::size_t, 4> counts_{};
};

}  // namespace taskworker
