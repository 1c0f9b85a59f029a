#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pool/child_pool.hpp"
#include "pool/file_descriptor.hpp"
#include "pool/thread_pool.hpp"
#include "unit/pool/recorder.hpp"
#include "unit/pool/test_tasks.hpp"

namespace taskworker::testing_pool {

// A FIFO on which a task `open:PATH` waits, in whatever process it runs.
class Gate {
public:
    explicit Gate(std::string path) : path_(std::move(path)) { ::mkfifo(path_.c_str(), 0600); }
    std::string task() const { return "open:" + path_; }
    const std::string& path() const { return path_; }
    void open() const { FileDescriptor(::open(path_.c_str(), O_WRONLY)); }  // waits for the task

private:
    std::string path_;
};

// A pool under test and what it told. Destroyed in an order that ends the pool first.
class PoolTest : public ::testing::Test {
protected:
    ~PoolTest() override {
        pool_.reset();
        std::filesystem::remove_all(directory_);
    }

    Gate gate() { return Gate(directory_ + "/gate" + std::to_string(next_gate_++)); }
    std::string path(const std::string& name) { return directory_ + "/" + name; }

    ChildPoolOptions child_options(std::size_t slots) const {
        ChildPoolOptions options;
        options.slots = slots;
        options.arguments = {"pool-child", "normal"};
        options.node = "celery@test";
        options.identity = test_identity();
        return options;
    }
    void start_children(ChildPoolOptions options) {
        start(std::make_unique<ChildPool>(std::move(options)));
    }
    void start_threads(std::size_t slots) {
        ThreadPoolOptions options{slots, run_test_task};
        options.grace = Seconds(0.02);
        start(std::make_unique<ThreadPool>(std::move(options)));
    }
    void start(std::unique_ptr<Pool> pool) {
        pool_ = std::move(pool);
        pool_->start(told_);
    }

    // Submits tasks with ids from `first` on.
    void submit(const std::vector<std::string>& tasks, int first = 1) {
        std::vector<Job> jobs;
        for (const auto& task : tasks) jobs.push_back(a_job(std::to_string(first++), task));
        pool_->submit(std::move(jobs));
    }
    void submit(Job job, std::optional<Seconds> soft, std::optional<Seconds> hard) {
        job.soft_limit = soft;
        job.hard_limit = hard;
        std::vector<Job> jobs;
        jobs.push_back(std::move(job));
        pool_->submit(std::move(jobs));
    }

    static SteadyPoint never() { return SteadyPoint::max(); }
    static SteadyPoint now() { return std::chrono::steady_clock::now(); }

    const Outcome& outcome(const std::string& id) { return told_.ends.at(id).outcome; }
    const Success* success(const std::string& id) { return std::get_if<Success>(&outcome(id)); }
    const Failure& failure(const std::string& id) { return std::get<Failure>(outcome(id)); }

    std::size_t successes() {
        std::size_t count = 0;
        for (const auto& [id, end] : told_.ends)
            count += std::holds_alternative<Success>(end.outcome);
        return count;
    }
    bool each_ended_once() {
        for (const auto& [id, times] : told_.times_ended) {
            if (times != 1) return false;
        }
        return true;
    }

    Recorder told_;
    std::unique_ptr<Pool> pool_;

private:
    static std::string make_directory() {
        auto name = (std::filesystem::temp_directory_path() / "pool-XXXXXX").string();
        return ::mkdtemp(name.data());
    }
    std::string directory_ = make_directory();
    int next_gate_ = 1;
};

}  // namespace taskworker::testing_pool
