#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/redis_settings.hpp"
#include "redis/connection.hpp"
#include "taskworker/config.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// A look at what lies in the broker, for people. Reads only. Not thread-safe. Throws BrokerError.
class RedisSurvey {
public:
    struct Queue {
        std::string name;
        std::vector<std::pair<int, std::size_t>> steps;  // priority step, messages; as configured
        std::optional<std::string> next;                 // "shop.add[id]", the oldest message
        std::size_t total() const;
    };
    struct Totals {
        std::size_t unacked = 0, parked = 0, dead_letters = 0, workers = 0;
        std::size_t started = 0;             // acknowledged early, and running
        std::optional<double> oldest_lease;  // seconds since the last renewal
    };
    // Where a task is. Several places at once are possible: duplicates, or a moment between two.
    struct Place {
        std::string task_id = {};  // of parts_of()
        enum class Kind { Queued, Leased, Parked, Started, DeadLetter };
        Kind kind;
        std::string queue;
        std::size_t position = 0;      // Queued: 1 runs next
        std::string worker;            // Leased, Started: id of the worker that holds it
        std::optional<TimePoint> due;  // Parked
        std::string reason;            // DeadLetter
    };

    explicit RedisSurvey(const Settings& settings);

    // The queues that live taskworkers serve, and these.
    std::vector<Queue> queues(const std::vector<std::string>& more);
    Totals totals(TimePoint now);
    std::vector<Place> find(const std::string& id, const std::vector<std::string>& queues);
    // The tasks of this group, and those whose later steps belong to it.
    std::vector<Place> parts_of(const std::string& group, const std::vector<std::string>& queues);

private:
    // Which messages are looked for.
    struct Wanted {
        std::string id;
        bool group = false;  // of this group, not with this id
    };
    std::vector<Place> look_for(const Wanted& wanted, const std::vector<std::string>& queues);
    std::vector<std::string> served();
    std::size_t count_started();
    void find_queued(const Wanted& wanted, const std::string& queue, std::vector<Place>& into);
    void find_leased(const Wanted& wanted, std::vector<Place>& into);
    void find_started(const Wanted& wanted, std::vector<Place>& into);
    void find_dead(const Wanted& wanted, std::vector<Place>& into);

    const RedisSettings with_;
    redis::Connection connection_;
};

}  // namespace taskworker
