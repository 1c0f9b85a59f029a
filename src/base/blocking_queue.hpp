#pragma once

#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace taskworker {

// Values on their way from some threads to others, first in first out, without a bound: who fills
// it must bound what is under way. Thread-safe. After close() nothing goes in; what is in can still
// be taken out, then every pop returns at once.
template <class T>
class BlockingQueue {
public:
    // False when closed: the value is dropped.
    bool push(T value) {
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            values_.push_back(std::move(value));
        }
        filled_.notify_one();
        return true;
    }

    bool push_all(std::vector<T> values) {
        if (values.empty()) return !closed();
        {
            const std::lock_guard lock(mutex_);
            if (closed_) return false;
            values_.insert(
                values_.end(),
                std::make_move_iterator(values.begin()),
                std::make_move_iterator(values.end())
            );
        }
        filled_.notify_all();
        return true;
    }

    // All there is; waits for the first value. Empty: the time is over, closed, or woken by wake().
    std::vector<T> pop_all(SteadyPoint until) {
        std::unique_lock lock(mutex_);
        wait(lock, until);
        std::vector<T> out(
            std::make_move_iterator(values_.begin()), std::make_move_iterator(values_.end())
        );
        values_.clear();
        return out;
    }

    std::optional<T> pop(SteadyPoint until) {
        std::unique_lock lock(mutex_);
        wait(lock, until);
        if (values_.empty()) return std::nullopt;
        std::optional<T> out(std::move(values_.front()));
        values_.pop_front();
        return out;
    }

    // Ends one waiting pop (the next one, if none waits now) without a value.
    void wake() {
        {
            const std::lock_guard lock(mutex_);
            woken_ = true;
        }
        filled_.notify_one();
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        filled_.notify_all();
    }

    bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return values_.size();
    }

private:
    void wait(std::unique_lock<std::mutex>& lock, SteadyPoint until) {
        const auto ready = [this] { return closed_ || woken_ || !values_.empty(); };
        if (until == SteadyPoint::max()) {
            filled_.wait(lock, ready);
        } else {
            filled_.wait_until(lock, until, ready);
        }
        woken_ = false;
    }

    mutable std::mutex mutex_;
    std::condition_variable filled_;
    std::deque<T> values_;  // guarded by mutex_, as the two below
    bool closed_ = false;
    bool woken_ = false;
};

}  // namespace taskworker
