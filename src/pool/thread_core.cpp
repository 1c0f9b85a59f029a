// Slots of a pool of threads: how they come, work and go.
#include "pool/thread_core.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace taskworker {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kMostPending = 32;  // outcomes that are told in one call
constexpr Millis kLinger{1};              // … and how long the first one waits for others

}  // namespace

ThreadPool::Core::Core(ThreadPoolOptions options)
    : run_(std::move(options.run)),
      solo_(options.solo),
      grace_(options.grace),
      target_(solo_ ? 1 : std::max<std::size_t>(options.slots, 1)),
      watchdog_([this](std::uint64_t id, SteadyPoint now) { look_at(id, now); }) {}

void ThreadPool::Core::start(PoolListener& listener) {
    listener_ = &listener;
    std::unique_lock lock(mutex_);
    add_slots(lock);
}

void ThreadPool::Core::submit(std::vector<Job> jobs) {
    std::unique_lock lock(mutex_);
    if (stopping_) {
        lock.unlock();
        listener_->unstarted(std::move(jobs));
        return;
    }
    for (auto& job : jobs) queue_.push_back({std::move(job), next_number_++});
    call_idle(jobs.size());
}

void ThreadPool::Core::call_idle(std::size_t count) {
    for (; count > 0 && !idle_.empty(); --count) {
        auto* slot = idle_.back();
        idle_.pop_back();
        slot->is_called = true;
        slot->called.notify_one();
    }
}

std::size_t ThreadPool::Core::slots() const {
    const std::lock_guard lock(mutex_);
    return target_;
}

std::size_t ThreadPool::Core::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

std::vector<ThreadPool::Core::SlotPtr> ThreadPool::Core::all_slots() const {
    const std::lock_guard lock(mutex_);
    return slots_;
}

void ThreadPool::Core::resize(std::size_t slots) {
    std::vector<SlotPtr> gone;
    {
        std::unique_lock lock(mutex_);
        if (solo_ || stopping_) return;
        target_ = std::max<std::size_t>(slots, 1);
        add_slots(lock);
        // Idle ones look whether they are one too many; busy ones do after their job.
        call_idle(slots_.size() - std::min(target_, slots_.size()));
        gone = std::exchange(retired_, {});
    }
    for (const auto& slot : gone) slot->thread.join();
}

void ThreadPool::Core::add_slots(std::unique_lock<std::mutex>&) {
    while (slots_.size() < target_) {
        auto slot = std::make_shared<Slot>(next_slot_++);
        slot->thread = std::thread([core = shared_from_this(), slot] { core->work(slot); });
        slots_.push_back(std::move(slot));
    }
}

bool ThreadPool::Core::surplus() const { return stopping_ || slots_.size() > target_; }

void ThreadPool::Core::work(const SlotPtr& slot) {
    ::pthread_setname_np(::pthread_self(), fmt::format("tw-slot-{}", slot->id % 100'000).c_str());
    std::unique_lock lock(mutex_);
    for (;;) {
        if (surplus() || queue_.empty()) {
            const bool stays = !surplus();
            lock.unlock();
            deliver(*slot, stays);
            lock.lock();
            if (surplus()) return retire(slot, lock);
            if (!queue_.empty()) continue;
            idle_.push_back(slot.get());
            slot->called.wait(lock, [&] { return slot->is_called; });
            slot->is_called = false;
            continue;
        }
        auto job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        if (!execute(*slot, std::move(job))) {
            --stuck_;
            return;
        }
        lock.lock();
    }
}

void ThreadPool::Core::retire(const SlotPtr& slot, std::unique_lock<std::mutex>&) {
    std::erase(slots_, slot);
    std::erase(idle_, slot.get());
    retired_.push_back(slot);
    ended_.notify_all();
}

bool ThreadPool::Core::execute(Slot& slot, ThreadJob job) {
    SlotPort port(slot, job.job, *listener_);
    listener_->started(job.job, ::getpid(), std::chrono::system_clock::now());
    {
        const std::lock_guard lock(slot.mutex);
        slot.current = std::move(job);
        slot.began = Steady::now();
        slot.soft = port.soft_source();
        slot.stop = port.stop_source();
        slot.soft_struck = slot.cancelled = false;
        arm(slot);
    }
    auto outcome = run_(port.job(), port);
    return note_end(slot, std::move(outcome));
}

// Asks the watchdog to look at the first thing that can become due. It stays armed over jobs: with
// one limit for all, the watchdog is spoken to once per limit and not once per job.
void ThreadPool::Core::arm(Slot& slot) {
    auto at = SteadyPoint::max();
    if (slot.current) {
        const auto& job = slot.current->job;
        const auto consider = [&](const std::optional<Seconds>& limit) {
            if (limit && limit->count() > 0) at = std::min(at, later(slot.began, *limit));
        };
        if (!slot.soft_struck) consider(job.soft_limit);
        consider(job.hard_limit);
    }
    if (!slot.pending.empty()) at = std::min(at, slot.pending_since + kLinger);
    if (at >= slot.armed) return;
    slot.armed = at;
    watchdog_.set(slot.id, at);
}

bool ThreadPool::Core::note_end(Slot& slot, Outcome outcome) {
    const auto now = Steady::now();
    bool full = false;
    {
        const std::lock_guard lock(slot.mutex);
        if (slot.abandoned) return false;
        if (slot.cancelled && !std::holds_alternative<Success>(outcome)) {
            outcome = Revoked{Revoked::Why::Terminated};
        }
        if (slot.pending.empty()) {
            slot.pending_since = now;
            slot.pending.reserve(kMostPending);
        }
        slot.pending.push_back(Finished{
            .job = std::move(slot.current->job),
            .outcome = std::move(outcome),
            .runtime = now - slot.began,
            .pid = ::getpid()});
        slot.current.reset();
        slot.soft = slot.stop = std::stop_source(std::nostopstate);
        full = slot.pending.size() >= kMostPending || now >= slot.pending_since + kLinger;
    }
    if (full) deliver(slot, false);
    return true;
}

void ThreadPool::Core::deliver(Slot& slot, bool idle) {
    std::vector<Finished> batch;
    {
        const std::lock_guard lock(slot.mutex);
        batch.swap(slot.pending);
    }
    if (!batch.empty()) listener_->finished(std::move(batch), idle);
}

void ThreadPool::Core::stop(SteadyPoint deadline) {
    std::unique_lock lock(mutex_);
    stop_at_ = std::min(stop_at_, deadline);
    ended_.notify_all();
    if (stopping_) {
        ended_.wait(lock, [this] { return stopped_; });
        return;
    }
    stopping_ = true;
    lock.unlock();
    auto unstarted = begin_stop();
    if (!unstarted.empty()) listener_->unstarted(std::move(unstarted));
    lock.lock();
    wait_for_slots(lock, false);
    if (!slots_.empty()) {
        lock.unlock();
        ask_to_stop();
        lock.lock();
        wait_for_slots(lock, true);
    }
    lock.unlock();
    end_slots();
    watchdog_.stop();
    lock.lock();
    stopped_ = true;
    ended_.notify_all();
}

std::vector<Job> ThreadPool::Core::begin_stop() {
    const std::lock_guard lock(mutex_);
    std::vector<Job> unstarted;
    for (auto& job : std::exchange(queue_, {})) unstarted.push_back(std::move(job.job));
    call_idle(idle_.size());
    return unstarted;
}

void ThreadPool::Core::ask_to_stop() {
    for (const auto& slot : all_slots()) {
        std::stop_source stop{std::nostopstate};
        {
            const std::lock_guard lock(slot->mutex);
            stop = slot->stop;
        }
        stop.request_stop();  // runs callbacks of the task: without a lock
    }
}

void ThreadPool::Core::wait_for_slots(std::unique_lock<std::mutex>& lock, bool grace) {
    const auto grace_ends = later(Steady::now(), grace_);
    while (!slots_.empty()) {
        const auto until = grace ? grace_ends : stop_at_;
        const auto now = Steady::now();
        if (now >= until) return;
        ended_.wait_until(lock, std::min(until, now + std::chrono::hours(1)));
    }
}

// Gives up what still runs, again and again: a slot may be between taking a job and running it. The
// retired have nothing left to do but to return.
void ThreadPool::Core::end_slots() {
    for (;;) {
        for (const auto& slot : all_slots()) abandon(slot, Giving::Stopped);
        std::vector<SlotPtr> gone;
        {
            const std::lock_guard lock(mutex_);
            gone = std::exchange(retired_, {});
            if (gone.empty() && slots_.empty()) return;
        }
        for (const auto& slot : gone) slot->thread.join();
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, kLinger, [this] { return !retired_.empty() || slots_.empty(); });
    }
}

}  // namespace taskworker
