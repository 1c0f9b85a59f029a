#pragma once

#include <string>
#include <vector>

#include "broker/leases.hpp"
#include "broker/redis_settings.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// When a worker counts as dead. By Redis' clock.
struct Lifetimes {
    Seconds beat{2};
    Seconds suspect{6};  // not seen for so long: looked at again a beat later
    Seconds dead{8};
    Seconds forgotten{50};  // dead, and no connection of it can still be blocked in Redis
};

// Leases in `unacked` and `unacked_index`, liveness in `taskworker.workers`, parked tasks in
// `taskworker.parked` (docs/protocol/redis-delivery.md).
class RedisLeases final : public Leases {
public:
    explicit RedisLeases(RedisSettings settings, Lifetimes lifetimes = {});

    Beat beat() override;
    void leave() override;
    std::vector<std::string> extend(std::span<const std::string> tags, TimePoint now) override;
    std::vector<std::string> park(std::span<const Parking> parkings) override;
    std::vector<Fetched> claim_due(TimePoint now, std::size_t most) override;
    std::optional<TimePoint> next_due() override;
    std::vector<ParkedTask> parked(std::size_t from, std::size_t most) override;
    std::size_t hand_back(std::span<const Handover> leases) override;
    std::size_t hand_back_unknown(const Known& known) override;
    ReapReport reap(const std::string& worker) override;
    std::size_t restore_expired(TimePoint now) override;

private:
    redis::Reply run(
        const redis::Script& script,
        std::span<const std::string_view> keys,
        std::span<const std::string> arguments
    );
    std::vector<std::string> missing(std::span<const std::string> tags);
    std::optional<Delivery> read(
        const std::string& tag, const std::string& entry, std::string& why
    );
    Fetched open(const std::string& tag, const std::string& entry);
    void bury(
        const std::string& tag,
        const std::string& queue,
        const std::string& message,
        const std::string& why
    );
    // In redis_reaping.cpp
    std::optional<redis::Reply> reap_inboxes(const std::string& worker);
    std::vector<std::string> leases_of(const std::string& worker, double seen);
    void reclaim(std::span<const std::string> tags, std::size_t suspects, ReapReport& report);
    std::vector<LostStart> started_by(const std::string& worker);
    std::size_t restore(std::span<const std::string> tags, double ceiling);
    std::vector<std::string> targets_of(
        const std::string& tag,
        const std::string& exchange,
        const std::string& routing_key,
        int priority
    );

    const RedisSettings with_;
    const Lifetimes lifetimes_;
    redis::Connection connection_;
};

}  // namespace taskworker
