#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pool/pool.hpp"
#include "pool/runner.hpp"

namespace taskworker {

struct ThreadPoolOptions {
    std::size_t slots = 1;
    Runner run;
    bool solo = false;  // one slot, whatever is asked for
    Seconds grace{1};   // for tasks to notice their stop token, at stop's deadline
};

// Pools `threads` and `solo`: N threads of this process that execute one task each; the listener is
// called from them and from a watchdog. A hard limit cannot end a thread: its job is told as timed
// out, a new thread takes its place, and the stuck one is counted (stuck()) and no longer listened
// to. cancel() sets the stop token; a task that then ends in another way than success ends as
// terminated.
class ThreadPool final : public Pool {
public:
    explicit ThreadPool(ThreadPoolOptions options);
    ~ThreadPool() override;  // stops at once if nobody did
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    void start(PoolListener& listener) override;
    void submit(std::vector<Job> jobs) override;
    std::size_t slots() const override;
    std::size_t waiting() const override;
    void resize(std::size_t slots) override;
    void cancel(const std::string& tag, int signal) override;
    void stop(SteadyPoint deadline) override;
    std::vector<int> processes() const override;
    std::size_t stuck() const override;

private:
    class Core;
    std::shared_ptr<Core> core_;  // shared with its threads: a stuck one outlives the pool
};

}  // namespace taskworker
