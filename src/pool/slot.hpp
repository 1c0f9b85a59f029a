#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "pool/pool.hpp"
#include "task/execute.hpp"

namespace taskworker {

// A job in the pool of threads.
struct ThreadJob {
    Job job;
    std::uint64_t number = 0;  // in the pool, from 0
};

// One thread that executes jobs, and what others may see and do to it meanwhile. Shared by its
// thread and the pool: a thread that is stuck in a task outlives the pool.
struct Slot {
    explicit Slot(std::uint64_t number) : id(number) {}

    const std::uint64_t id;
    std::thread thread;  // owned by the pool

    // ---- guarded by the pool's mutex ----
    std::condition_variable called;  // from its place among the idle ones
    bool is_called = false;

    // ---- guarded by `mutex` ----
    std::mutex mutex;
    std::optional<ThreadJob> current;
    SteadyPoint began{};
    std::stop_source soft{std::nostopstate}, stop{std::nostopstate};
    bool soft_struck = false, cancelled = false;
    std::vector<Finished> pending;  // ended, not delivered yet
    SteadyPoint pending_since{};
    SteadyPoint armed = SteadyPoint::max();  // when the watchdog looks at this slot

    // Given up by the pool: what its thread still says counts no more. Set under both mutexes.
    std::atomic<bool> abandoned{false};
    std::mutex speaking;  // held while its job speaks to the listener
};

// The door of a job that runs in a slot.
class SlotPort final : public TaskPort {
public:
    SlotPort(Slot& slot, const Job& job, PoolListener& listener)
        : slot_(slot), job_(job), listener_(listener) {}

    void update_state(const Request& request, const std::string& state, const Json& meta) override;
    void send_event(const Request& request, const std::string& type, const Json& fields) override;
    void send(const Request& request, Spawned spawned) override;
    void log(const Request& request, int level, const std::string& text) override;
    std::stop_token soft_limit() const override { return soft_.get_token(); }
    std::stop_token stop() const override { return stop_.get_token(); }

    const Job& job() const { return job_; }
    const std::stop_source& soft_source() const { return soft_; }
    const std::stop_source& stop_source() const { return stop_; }

private:
    Slot& slot_;
    const Job job_;  // its own: the slot's is gone when it was abandoned
    PoolListener& listener_;
    std::stop_source soft_, stop_;
};

}  // namespace taskworker
