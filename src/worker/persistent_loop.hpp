#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "base/moment.hpp"
#include "worker/backoff_timer.hpp"

namespace taskworker {

// What a thread does over and over with a Redis that may go away: it tells once that it fails and
// once that it is back, and tries again after pauses that grow.
class PersistentLoop {
public:
    explicit PersistentLoop(std::string name) : name_(std::move(name)) {}

    // Until stop(). A step that waits for long must be ended by who calls that.
    template <class Step>
    void run(Step step) {
        while (!stopping_)
            if (!once(step)) pause();
    }
    // One step; false, told and remembered: it failed.
    template <class Step>
    bool once(Step&& step) {
        try {
            step();
            if (backoff_.failing()) log::info("{}: Redis is back.", name_);
            backoff_.reset();
            return true;
        } catch (const std::exception& error) {
            if (!backoff_.failing()) log::warning("{}: {}. Trying again.", name_, error.what());
            next_pause_ = backoff_.next(luck_);
            return false;
        }
    }
    // Any thread. No pause lasts any longer.
    void stop() {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_all();
    }
    bool stopping() const { return stopping_; }

private:
    void pause() {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, next_pause_, [this] { return stopping_.load(); });
    }

    const std::string name_;
    BackoffTimer backoff_;
    Luck luck_ = Luck::seeded_by_the_system();
    Millis next_pause_{0};
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
};

}  // namespace taskworker
