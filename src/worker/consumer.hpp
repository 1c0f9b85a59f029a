#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "broker/broker.hpp"
#include "broker/leases.hpp"
#include "ledger/stored_ends.hpp"
#include "lifecycle/eta_queue.hpp"
#include "lifecycle/rate_limiter.hpp"
#include "pool/pool.hpp"
#include "taskworker/app.hpp"
#include "taskworker/config.hpp"
#include "worker/autoscaler.hpp"
#include "worker/backoff_timer.hpp"
#include "worker/finisher.hpp"
#include "worker/held.hpp"
#include "worker/mailbox.hpp"
#include "worker/revoked_tasks.hpp"
#include "worker/served_queues.hpp"
#include "worker/task_overrides.hpp"

namespace taskworker {

// What the consumer works with. All outlive it.
struct ConsumerParts {
    const App& app;
    const Settings& settings;
    const Clock& clock;
    Broker& broker;
    Leases& leases;  // the consumer's own: parks and claims what is due
    Pool& pool;
    Held& held;
    Finisher& finisher;
    Observer& observer;
    const RevokedTasks& revoked;
    const TaskOverrides& overrides;
    ServedQueues& served;
    StoredEnds& ends;
    Autoscaler* autoscaler = nullptr;         // null: the pool stays as large as it is
    std::function<void()> work_came = [] {};  // told whenever something is in hand
};

// Mailbox → fetch → admit → submit, in one thread that sleeps in one place (Broker::fetch): until a
// message, room, a due time or its mailbox wakes it.
class Consumer {
public:
    explicit Consumer(ConsumerParts parts);
    ~Consumer();

    void start(std::vector<std::string> queues);
    void post(Mail mail);  // any thread
    void room_freed();     // any thread: something was settled
    void room_changed();   // any thread: there are more slots now
    // Stops fetching; what had not begun goes back to its lists. Returns when the thread has ended.
    void stop();
    // Monotonic time of the last turn of the loop, with or without a broker: for watchdogs.
    SteadyPoint last_turn() const { return SteadyPoint(SteadyPoint::duration(last_turn_.load())); }
    // Monotonic time of the last fetch that reached the broker, for readiness.
    SteadyPoint last_fetch() const {
        return SteadyPoint(SteadyPoint::duration(last_fetch_.load()));
    }

    // For FetchWatch: whether it could take a message now, and how many it ever took.
    bool has_room() const { return has_room_; }
    std::uint64_t fetched() const { return fetched_; }

private:
    void run();
    void step();
    void read_mail();
    void serve(std::vector<std::string> queues);
    std::size_t room() const;
    void admit_fetched(std::vector<Fetched> fetched);
    void admit_one(std::shared_ptr<const Delivery> delivery);
    // Redelivered, and over: acked here. Or not to be told now: waits.
    bool is_over(const std::shared_ptr<const Delivery>& delivery);
    void hold(std::shared_ptr<const Delivery> delivery, TimePoint until);
    void wait_for_rate(std::shared_ptr<const Delivery> delivery, TimePoint until);
    void take_due_from_memory();
    void claim_due_from_redis();
    bool look_no_later_than(TimePoint due);
    void submit();
    void drop_lost();
    void hand_back_unknown();
    void scale();
    std::size_t most_in_memory() const;
    bool is_duplicate(const Delivery& delivery, const TaskDef& task);
    void end_late_tasks();
    SteadyPoint wake_at() const;
    void lost_connection(const std::string& why);
    void give_up_what_waits();

    ConsumerParts with_;
    Mailbox mailbox_;
    std::vector<std::string> queues_;
    EtaQueue<std::shared_ptr<const Delivery>> eta_queue_, rate_queue_;
    SteadyPoint ends_away_until_{};  // the server of the results did not say what has ended
    std::unordered_map<std::string, RateLimiter> rate_limiters_;
    std::vector<Job> ready_;  // admitted, not yet submitted
    std::vector<Parking> to_park_;
    SteadyPoint next_look_{};          // into Redis for parked tasks that are due
    SteadyPoint tasks_ended_{};        // end_late_tasks()
    std::vector<SteadyPoint> audits_;  // when to look for leases that nobody told us of
    BackoffTimer backoff_;
    Luck luck_ = Luck::seeded_by_the_system();
    std::atomic<bool> hungry_{false};  // sleeps for want of room: room_freed() wakes it
    std::atomic<bool> stopping_{false};
    std::atomic<bool> has_room_{false};
    std::atomic<std::uint64_t> fetched_{0};
    std::atomic<SteadyPoint::rep> last_fetch_{0}, last_turn_{0};
    std::thread thread_;
};

}  // namespace taskworker
