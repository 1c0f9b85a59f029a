#pragma once

#include <atomic>

namespace taskworker {

// Which events go out (celery/events/dispatcher.py: groups). Started with -E the set of groups is
// empty, which means all, and then nothing can be switched off. Thread-safe.
class EventGroups {
public:
    explicit EventGroups(bool all) : all_(all), tasks_(all) {}
    bool tasks() const { return tasks_; }
    bool enable_tasks() {
        return !all_ && !tasks_.exchange(true);
    }  // whether that changed anything
    bool disable_tasks() { return !all_ && tasks_.exchange(false); }

private:
    const bool all_;
    std::atomic<bool> tasks_;
};

}  // namespace taskworker
