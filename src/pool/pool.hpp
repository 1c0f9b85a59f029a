#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "message/delivery.hpp"
#include "message/event.hpp"
#include "message/settlement.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// One task to execute.
struct Job {
    std::shared_ptr<const Delivery>
        delivery;  // shared with Inflight, which renews its lease meanwhile
    const TaskDef* task = nullptr;
    std::optional<Seconds> hard_limit, soft_limit;
};

struct Finished {
    Job job;
    Outcome outcome;
    Seconds runtime{0};
    int pid = 0;
    std::string process = {};  // "ForkPoolWorker-1"; empty: this process
    bool worker_lost = false;  // the executing process died: outcome is the WorkerLostError
    bool timed_out = false;    // the hard limit struck: outcome is the TimeLimitExceeded
};

// What a pool tells. Called from the pool's threads, possibly several at once; must not block.
class PoolListener {
public:
    virtual ~PoolListener() = default;
    virtual void started(const Job& job, int pid, TimePoint at) = 0;
    // `idle`: the thread that tells it has nothing else to do; it may block a little.
    virtual void finished(std::vector<Finished> batch, bool idle) = 0;
    // ctx.update_state(): `meta` is JSON text.
    virtual void state_changed(const Job& job, const std::string& state, std::string meta) = 0;
    virtual void sent(const Job& job, Spawned spawned) = 0;  // ctx.delay() and its kin
    virtual void event(Event event) = 0;  // SoftLimit, HardLimit, WorkerLost, TaskCustom
    // The job was never begun and cannot be any more (stop): hand its lease back.
    virtual void unstarted(std::vector<Job> jobs) = 0;
    // The pool cannot go on as it should (children of another build): it begins what it can and
    // waits to be stopped. Called once at most.
    virtual void failed(const std::string& why) { static_cast<void>(why); }
};

// Executes jobs in its slots. submit() and cancel() may be called from any thread. A job that was
// submitted ends in finished() or unstarted(), exactly once.
class Pool {
public:
    virtual ~Pool() = default;
    virtual void start(PoolListener& listener) = 0;
    virtual void submit(std::vector<Job> jobs) = 0;  // never blocks: a queue before the slots
    virtual std::size_t slots() const = 0;
    virtual std::size_t waiting() const = 0;  // submitted, not begun
    virtual void resize(std::size_t slots) = 0;
    // Ends the task with this tag: the process is killed (prefork) or its stop token set. Signal 0:
    // only if it has not begun.
    virtual void cancel(const std::string& tag, int signal) = 0;
    // Begins nothing more (the rest comes back as unstarted) and waits for what runs until
    // `deadline`. Then: children are killed, threads' stop tokens set. Returns when nothing runs or
    // could be done.
    virtual void stop(SteadyPoint deadline) = 0;
    // Replaces the executing processes, each when its task has ended. Threads stay.
    virtual void restart() {}
    virtual std::vector<int> processes() const = 0;  // ids of the executing processes
    // Threads that ran into their hard limit, or past stop(), and still run: then the process must
    // end by _exit(), for they may touch anything.
    virtual std::size_t stuck() const { return 0; }
};

}  // namespace taskworker
