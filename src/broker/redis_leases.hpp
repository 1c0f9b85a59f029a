#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker_errors.hpp"
#include "broker/leases.hpp"
#include "broker/redis_settings.hpp"
#include "redis/shared_connection.hpp"

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

    void announce() override;
    Beat beat() override;
    Rest rest() override;
    void leave() override;
    std::uint64_t connects() override;
    std::vector<std::string> extend(std::span<const std::string> tags, TimePoint now) override;
    std::vector<std::string> park(std::span<const Parking> parkings) override;
    std::vector<Fetched> claim_due(TimePoint now, std::size_t most) override;
    std::optional<TimePoint> next_due() override { return lowest(with_.keys.parked); }
    std::optional<TimePoint> oldest_lease() override { return lowest(with_.keys.unacked_index); }
    std::vector<ParkedTask> parked(std::size_t from, std::size_t most) override;
    std::size_t hand_back(std::span<const Handover> leases) override;
    std::size_t hand_back_unknown(const Known& known) override;
    ReapReport reap(const std::string& worker) override;
    std::size_t restore_expired(TimePoint now) override;

private:
    Beat beat_now(bool look);
    void stay_alive();
    redis::Reply run(
        const redis::Script& script,
        std::span<const std::string_view> keys,
        std::span<const std::string> arguments
    );
    std::optional<TimePoint> lowest(const std::string& sorted_set);
    // In redis_rest.cpp
    void write_rest(bool look);
    bool look_at(std::span<redis::Reply> replies);
    void set_clock(const redis::Reply& time);
    double redis_now() const;
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
    std::optional<redis::Reply> reap_inboxes(const std::string& worker, bool all_back);
    std::vector<std::string> leases_of(const std::string& worker, double seen);
    void reclaim(std::span<const std::string> tags, std::size_t suspects, ReapReport& report);
    std::vector<LostStart> started_by(const std::string& worker);
    std::size_t restore(std::span<const std::string> tags, double ceiling);
    std::string try_restore(std::span<const std::string> arguments, std::size_t& restored);
    std::vector<std::string> targets_of(
        const std::string& tag,
        const std::string& exchange,
        const std::string& routing_key,
        int priority
    );

    // What a public call does: alone on the connection.
    template <class F>
    auto in_turn(F&& work, redis::SharedConnection::Urgency urgency = {}) {
        const auto turn = shared_->turn(urgency);
        return as_broker_error(work);
    }
    // For what others think us dead without.
    template <class F>
    auto at_once(F&& work) {
        return in_turn(std::forward<F>(work), redis::SharedConnection::Urgency::First);
    }

    const RedisSettings with_;
    const Lifetimes lifetimes_;
    const std::shared_ptr<redis::SharedConnection> shared_;
    redis::Connection& connection_;  // of shared_: within in_turn()
    // Redis' clock as we know it, for rest().
    struct {
        std::uint64_t connection = 0;  // generation on which it was asked for
        double ahead = 0;              // of our monotonic clock
    } clock_;
    SteadyPoint next_look_{};
    TimePoint beaten_{};
    bool thought_dead_ = false;  // found out between two beats; the next one tells
};

}  // namespace taskworker
