#include "pool/watchdog.hpp"

#include <algorithm>
#include <utility>

namespace taskworker {

using Steady = std::chrono::steady_clock;

Watchdog::Watchdog(Look look) : look_(std::move(look)), thread_([this] { run(); }) {}

Watchdog::~Watchdog() { stop(); }

void Watchdog::set(Deadlines::Key key, SteadyPoint at) {
    const std::lock_guard lock(mutex_);
    deadlines_.set(key, at);
    if (at >= sleeps_until_) return;
    sleeps_until_ = at;
    changed_.notify_one();
}

void Watchdog::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const auto now = Steady::now();
        const auto due = deadlines_.pop_due(now);
        if (!due.empty()) {
            lock.unlock();
            for (const auto key : due) look_(key, now);
            lock.lock();
            continue;
        }
        sleeps_until_ = deadlines_.next().value_or(SteadyPoint::max());
        // Bounded, for the last points in time are more than a wait can be told.
        changed_.wait_until(lock, std::min(sleeps_until_, now + std::chrono::hours(1)));
        sleeps_until_ = SteadyPoint::max();
    }
}

}  // namespace taskworker
