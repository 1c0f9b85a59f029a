#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "observe/observer.hpp"

namespace taskworker {

// How many tasks of each name have begun here (celery/worker/state.py: total_count). Thread-safe.
class TaskCounts final : public Observer {
public:
    void on(const Event& event) override {
        if (event.type != Event::Type::TaskStarted) return;
        const std::lock_guard lock(mutex_);
        ++by_name_[event.name];
        ++total_;
    }
    std::map<std::string, std::uint64_t> by_name() const {
        const std::lock_guard lock(mutex_);
        return by_name_;
    }
    std::uint64_t total() const { return total_; }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t> by_name_;  // guarded by mutex_
    std::atomic<std::uint64_t> total_{0};
};

}  // namespace taskworker
