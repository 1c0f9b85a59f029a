#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "pool/slot.hpp"
#include "pool/thread_pool.hpp"
#include "pool/watchdog.hpp"

namespace taskworker {

// What the threads of a ThreadPool share. Locks are never nested: the core's mutex_ and a slot's
// mutex are taken one after the other, and no one is called with either of them held.
class ThreadPool::Core : public std::enable_shared_from_this<ThreadPool::Core> {
public:
    explicit Core(ThreadPoolOptions options);

    void start(PoolListener& listener);
    void submit(std::vector<Job> jobs);
    void cancel(const std::string& tag, int signal);
    void resize(std::size_t slots);
    void stop(SteadyPoint deadline);
    std::size_t slots() const;
    std::size_t waiting() const;
    std::size_t stuck() const { return stuck_; }

private:
    using SlotPtr = std::shared_ptr<Slot>;

    // ---- slots come and go ----
    void add_slots(std::unique_lock<std::mutex>& lock);
    void work(const SlotPtr& slot);
    bool surplus() const;  // under mutex_
    void retire(const SlotPtr& slot, std::unique_lock<std::mutex>& lock);
    void call_idle(std::size_t count);  // under mutex_
    std::vector<SlotPtr> all_slots() const;

    // ---- one job ----
    bool execute(Slot& slot, ThreadJob job);  // false: the slot was abandoned meanwhile
    void arm(Slot& slot);                     // under the slot's mutex
    bool note_end(Slot& slot, Outcome outcome);
    void deliver(Slot& slot, bool idle);

    // ---- the watchdog's ----
    void look_at(std::uint64_t id, SteadyPoint now);
    bool soft_is_due(Slot& slot, SteadyPoint now);
    bool hard_is_due(const Slot& slot, SteadyPoint now) const;
    enum class Giving { TimedOut, Stopped };
    void abandon(const SlotPtr& slot, Giving why);

    // ---- stop ----
    std::vector<Job> begin_stop();
    void wait_for_slots(std::unique_lock<std::mutex>& lock, bool grace);
    void ask_to_stop();
    void end_slots();

    const Runner run_;
    const bool solo_;
    const Seconds grace_;
    PoolListener* listener_ = nullptr;
    std::atomic<std::size_t> stuck_{0};

    mutable std::mutex mutex_;
    std::condition_variable ended_;  // a slot has retired, or the deadline was moved
    std::deque<ThreadJob> queue_;    // guarded by mutex_, as all that follows
    std::vector<SlotPtr> slots_;     // live: executing or idle
    std::vector<Slot*> idle_;        // of them; the last one was used last
    std::vector<SlotPtr> retired_;   // to be joined
    std::size_t target_;
    std::uint64_t next_slot_ = 1, next_number_ = 0;
    bool stopping_ = false, stopped_ = false;
    SteadyPoint stop_at_ = SteadyPoint::max();

    Watchdog watchdog_;
};

}  // namespace taskworker
