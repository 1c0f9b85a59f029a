#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "taskworker/task_options.hpp"

namespace taskworker {

// What remote control has changed about a task here. A time limit of 0 is none.
struct TaskOverride {
    std::optional<RateLimit> rate_limit;
    struct Limits {
        std::optional<Seconds> hard, soft;
    };
    std::optional<Limits> limits;
};

// By the name of the task. Thread-safe; costs nothing while nothing was changed.
class TaskOverrides {
public:
    void set_rate_limit(const std::string& task, RateLimit limit) {
        const std::lock_guard lock(mutex_);
        by_name_[task].rate_limit = limit;
        any_ = true;
    }
    void set_limits(const std::string& task, TaskOverride::Limits limits) {
        const std::lock_guard lock(mutex_);
        by_name_[task].limits = limits;
        any_ = true;
    }
    std::optional<TaskOverride> find(std::string_view task) const {
        if (!any_) return std::nullopt;
        const std::lock_guard lock(mutex_);
        const auto found = by_name_.find(task);
        return found == by_name_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, TaskOverride, std::less<>> by_name_;  // guarded by mutex_
    std::atomic<bool> any_{false};
};

}  // namespace taskworker
