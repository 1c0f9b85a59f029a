#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "observe/observer.hpp"
#include "pool/pool.hpp"
#include "taskworker/config.hpp"
#include "worker/held.hpp"
#include "worker/luck_source.hpp"
#include "worker/settler.hpp"

namespace taskworker {

// Listens to the pool: turns what happened in a slot into a Settlement and hands it to the settler.
// Called from the pool's threads.
class Finisher final : public PoolListener {
public:
    Finisher(
        const Settings& settings, std::string node, const Clock& clock, Settler& settler, Held& held, Observer& observer
    );

    void started(const Job& job, int pid, TimePoint at) override;
    void finished(std::vector<Finished> batch) override;
    void state_changed(const Job& job, const std::string& state, std::string meta) override;
    void event(Event event) override;
    void unstarted(std::vector<Job> jobs) override;

    // Refused before it ran: expired, revoked, not registered.
    void refuse(const Delivery& delivery, const TaskDef* task, const Outcome& outcome);
    // Not begun, and shall not be here: back to the front of the list.
    void hand_back(std::vector<std::shared_ptr<const Delivery>> deliveries);
    // From now on a killed process is our own doing (cold shutdown): a late-ack task goes back to its
    // queue instead of failing with WorkerLostError.
    void going_down() { going_down_ = true; }
    // Seconds of the tasks that ran lately, for the prefetch (moving average); 0 = none yet.
    double average_runtime() const { return average_runtime_.load(std::memory_order_relaxed); }

private:
    Settlement settlement_of(const Finished& finished, const Moment& moment) const;
    void remember_runtime(Seconds runtime);

    const Settings& settings_;
    std::string node_;
    const Clock& clock_;
    Settler& settler_;
    Held& held_;
    Observer& observer_;
    LuckSource luck_;
    std::atomic<bool> going_down_{false};
    std::atomic<double> average_runtime_{0};
};

}  // namespace taskworker
