#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "observe/observer.hpp"
#include "pool/pool.hpp"
#include "task/errback_call.hpp"
#include "taskworker/app.hpp"
#include "taskworker/config.hpp"
#include "worker/held.hpp"
#include "worker/luck_source.hpp"
#include "worker/settler.hpp"

namespace taskworker {

struct FinisherParts {
    const App& app;
    const Settings& settings;
    std::string node;
    const Clock& clock;
    Settler& settler;
    Held& held;
    Observer& observer;
    std::function<void(const std::string& why)> pool_failed;
};

// Listens to the pool: turns what happened in a slot into a Settlement and hands it to the settler.
// Called from the pool's threads.
class Finisher final : public PoolListener {
public:
    explicit Finisher(FinisherParts parts);

    void started(const Job& job, int pid, TimePoint at) override;
    void finished(std::vector<Finished> batch, bool idle) override;
    void state_changed(const Job& job, const std::string& state, std::string meta) override;
    void sent(const Job& job, Spawned spawned) override;
    void event(Event event) override;
    void unstarted(std::vector<Job> jobs) override;
    void failed(const std::string& why) override;

    // Refused before it ran: expired, revoked, not registered.
    void refuse(const Delivery& delivery, const TaskDef* task, const Outcome& outcome);
    // Has ended before: only the message is left to go.
    void acknowledge(const Delivery& delivery);
    // Its success is stored already; it came once more.
    void drop_duplicate(const Delivery& delivery);
    // It runs and is to be ended, not by anybody's wish: it goes back to its queue. Before the pool
    // is told to cancel it.
    void take_back(const std::string& tag);
    // Not begun, and shall not be here: back to the front of the list.
    void hand_back(std::vector<std::shared_ptr<const Delivery>> deliveries);
    // From now on a killed process is our own doing (cold shutdown): a late-ack task goes back to
    // its queue instead of failing with WorkerLostError.
    void going_down() { going_down_ = true; }
    // Remote control ends this one by that signal: told with its event.
    void terminating(const std::string& tag, int signal);
    // Still running in a thread that cannot be ended, and the process is about to end.
    void abandon(const Inflight::Entry& entry, const TaskDef* task);

    // Seconds of the tasks that ran lately, for the prefetch (moving average); 0 = none yet.
    double average_runtime() const { return average_runtime_.load(std::memory_order_relaxed); }
    std::size_t handed_back() const { return handed_back_; }

private:
    Moment moment(Luck& luck) const {
        return {with_.clock.now(), luck, with_.node, with_.settings, errbacks_in(with_.app)};
    }
    Settlement settlement_of(const Finished& finished, const Moment& now);
    std::optional<int> signal_of(const std::string& tag);
    Json take_children(const std::string& tag);
    void remember_runtime(Seconds runtime);
    bool tells_sent() const;  // what is published is told, for metrics or monitors
    std::vector<Event> sent_events(const std::vector<Outgoing>& messages) const;
    bool is_taken_back(const std::string& tag);

    const FinisherParts with_;
    LuckSource luck_;
    std::mutex mutex_;
    std::map<std::string, int> signals_;              // guarded by mutex_; by tag
    std::unordered_set<std::string> taken_back_;      // guarded by mutex_; tags
    std::atomic<bool> terminated_{false};             // some signal was noted
    std::unordered_map<std::string, Json> children_;  // guarded by mutex_; by tag
    std::atomic<std::size_t> with_children_{0};       // its size: mostly 0
    std::atomic<bool> going_down_{false};
    std::atomic<double> average_runtime_{0};
    std::atomic<std::size_t> handed_back_{0};
};

}  // namespace taskworker
