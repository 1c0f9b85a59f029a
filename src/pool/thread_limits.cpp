// What is done to the jobs of a pool of threads from outside: limits, cancel, giving up.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "pool/failures.hpp"
#include "pool/task_events.hpp"
#include "pool/thread_core.hpp"

namespace taskworker {

void ThreadPool::Core::look_at(std::uint64_t id, SteadyPoint now) {
    const auto slots = all_slots();
    const auto place =
        std::find_if(slots.begin(), slots.end(), [&](const SlotPtr& s) { return s->id == id; });
    if (place == slots.end()) return;
    auto& slot = **place;
    std::stop_source soft{std::nostopstate};
    std::optional<Event> struck;
    bool hard = false, linger = false;
    {
        const std::lock_guard lock(slot.mutex);
        slot.armed = SteadyPoint::max();
        linger = !slot.pending.empty() && slot.pending_since + Millis(1) <= now;
        hard = hard_is_due(slot, now);
        if (!hard && soft_is_due(slot, now)) {
            slot.soft_struck = true;
            soft = slot.soft;
            const auto& job = slot.current->job;
            struck = limit_event(Event::Type::SoftLimit, job, ::getpid(), *job.soft_limit);
        }
        if (!linger) arm(slot);
    }
    if (linger) {
        deliver(slot, false);
        const std::lock_guard lock(slot.mutex);
        arm(slot);
    }
    if (struck) listener_->event(std::move(*struck));
    soft.request_stop();
    if (hard) abandon(*place, Giving::TimedOut);
}

bool ThreadPool::Core::soft_is_due(Slot& slot, SteadyPoint now) {
    if (!slot.current || slot.soft_struck) return false;
    const auto& limit = slot.current->job.soft_limit;
    return limit && limit->count() > 0 && later(slot.began, *limit) <= now;
}

bool ThreadPool::Core::hard_is_due(const Slot& slot, SteadyPoint now) const {
    if (!slot.current) return false;
    const auto& limit = slot.current->job.hard_limit;
    return limit && limit->count() > 0 && later(slot.began, *limit) <= now;
}

void ThreadPool::Core::abandon(const SlotPtr& slot, Giving why) {
    std::vector<Finished> batch;
    std::optional<Event> event;
    std::stop_source stop{std::nostopstate};
    {
        const std::scoped_lock lock(slot->speaking, slot->mutex);
        const auto now = std::chrono::steady_clock::now();
        // Between the look and here the job may have ended, and another one begun.
        if (!slot->current || (why == Giving::TimedOut && !hard_is_due(*slot, now))) return;
        slot->abandoned = true;
        batch.swap(slot->pending);
        auto& [job, number] = *slot->current;
        Finished given_up{.job = job, .runtime = now - slot->began, .pid = ::getpid()};
        if (why == Giving::TimedOut) {
            event = limit_event(Event::Type::HardLimit, job, ::getpid(), *job.hard_limit);
            event->reason = "its thread cannot be ended and was replaced";
            given_up.outcome = time_limit_exceeded(*job.hard_limit);
            given_up.timed_out = true;
        } else {
            given_up.outcome = worker_lost("the pool was stopped while it ran", number);
            given_up.worker_lost = true;
        }
        batch.push_back(std::move(given_up));
        stop = slot->stop;
        ++stuck_;
    }
    {
        std::unique_lock lock(mutex_);
        slot->thread.detach();
        std::erase(slots_, slot);
        if (!stopping_) add_slots(lock);
        ended_.notify_all();
    }
    if (event) {
        log::warning(
            "A thread is stuck in a task that ran into its hard time limit; {} now", stuck()
        );
        listener_->event(std::move(*event));
    }
    listener_->finished(std::move(batch), false);
    stop.request_stop();
}

void ThreadPool::Core::cancel(const std::string& tag, int signal) {
    std::vector<Finished> batch;
    {
        const std::lock_guard lock(mutex_);
        const auto place =
            std::find_if(queue_.begin(), queue_.end(), [&](const ThreadJob& waiting) {
                return waiting.job.delivery->tag == tag;
            });
        if (place != queue_.end()) {
            batch.push_back(Finished{
                .job = std::move(place->job), .outcome = Revoked{Revoked::Why::Terminated}});
            queue_.erase(place);
        }
    }
    if (!batch.empty()) return listener_->finished(std::move(batch), false);
    if (signal == 0) return;
    for (const auto& slot : all_slots()) {
        std::stop_source stop{std::nostopstate};
        {
            const std::lock_guard lock(slot->mutex);
            if (!slot->current || slot->current->job.delivery->tag != tag) continue;
            slot->cancelled = true;
            stop = slot->stop;
        }
        stop.request_stop();
        return;
    }
}

}  // namespace taskworker
