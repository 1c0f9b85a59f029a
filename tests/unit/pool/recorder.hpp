#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "pool/pool.hpp"

namespace taskworker::testing_pool {

// A listener that keeps what it is told, and lets tests wait for it.
class Recorder final : public PoolListener {
public:
    struct Start {
        std::string id;
        int pid;
    };
    struct State {
        std::string id, state, meta;
    };

    void started(const Job& job, int pid, TimePoint) override {
        note([&] { starts.push_back({job.delivery->request.id, pid}); });
    }
    void finished(std::vector<Finished> batch, bool) override {
        note([&] {
            ++calls;
            for (auto& one : batch) {
                auto id = one.job.delivery->request.id;
                ++times_ended[id];
                ends.insert_or_assign(std::move(id), std::move(one));
            }
        });
    }
    void state_changed(const Job& job, const std::string& state, std::string meta) override {
        note([&] { states.push_back({job.delivery->request.id, state, std::move(meta)}); });
    }
    void sent(const Job& job, Spawned) override {
        note([&] { sendings.push_back(job.delivery->request.id); });
    }
    void event(Event event) override {
        note([&] { events.push_back(std::move(event)); });
    }
    void unstarted(std::vector<Job> jobs) override {
        note([&] {
            for (auto& job : jobs) {
                ++times_ended[job.delivery->request.id];
                handed_back.push_back(job.delivery->request.id);
            }
        });
    }
    void failed(const std::string& why) override {
        note([&] { failures.push_back(why); });
    }

    // Whether it came true in good time. Asked with the lock held.
    bool wait(const std::function<bool()>& what) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), what);
    }
    bool wait_for_ends(std::size_t count) {
        return wait([&] { return ends.size() >= count; });
    }
    bool wait_for_starts(std::size_t count) {
        return wait([&] { return starts.size() >= count; });
    }

    // To be read inside wait(), or when the pool is silent.
    std::vector<Start> starts;
    std::map<std::string, Finished> ends;
    std::map<std::string, int> times_ended;
    std::vector<State> states;
    std::vector<std::string> sendings;
    std::vector<Event> events;
    std::vector<std::string> handed_back;
    std::vector<std::string> failures;
    int calls = 0;

private:
    template <class Do>
    void note(Do what) {
        {
            const std::lock_guard lock(mutex_);
            what();
        }
        changed_.notify_all();
    }
    std::mutex mutex_;
    std::condition_variable changed_;
};

}  // namespace taskworker::testing_pool
