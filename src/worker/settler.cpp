#include "worker/settler.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "taskworker/errors.hpp"
#include "worker/backoff_timer.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kBatch =
    256;  // more per call gains nothing (docs/protocol/redis-delivery.md)
constexpr Millis kStartGrace{2};
constexpr std::chrono::seconds kAgain{1};
constexpr std::chrono::seconds kWaitAtEnd{1};  // at most between two tries, once we stop
constexpr int kMostRefusals = 3;               // of one settlement; 1 and 2 s lie between

// What passes by itself, or when somebody sees to it: Redis is full, loading, a replica … (the
// first word of its error), or an ACL denies a command.
bool is_passing(std::string_view why) {
    if (why.find("The user executing the script can't") != why.npos) return true;
    for (const std::string_view word :
         {"OOM",
          "LOADING",
          "BUSY",
          "READONLY",
          "MASTERDOWN",
          "NOREPLICAS",
          "MISCONF",
          "NOPERM",
          "CLUSTERDOWN"})
        if (why.starts_with(word)) return true;
    return false;
}

const std::string& tag_of(const Entry& entry) {
    return std::visit([](const auto& e) -> const std::string& { return e.tag; }, entry);
}

}  // namespace

Settler::Settler(
    Ledger& ledger,
    Observer& observer,
    const Clock& clock,
    Over over,
    Instead instead,
    BackoffTimer backoff
)
    : ledger_(ledger),
      observer_(observer),
      clock_(clock),
      over_(std::move(over)),
      instead_(std::move(instead)),
      backoff_(backoff) {}

Settler::~Settler() { stop(clock_.ticks()); }

void Settler::start() {
    thread_ = std::thread([this] { run(); });
}

void Settler::push(std::vector<Settlement> settlements, By by) {
    if (settlements.empty()) return;
    std::unique_lock lock(mutex_);
    for (auto& settlement : settlements) {
        starts_.erase(settlement.tag);
        entries_.emplace_back(std::move(settlement));
    }
    const bool here = by == By::Caller && !writing_ && !stopping_ && interrupted_.empty() &&
                      entries_.size() <= kBatch;
    if (here) write(lock, by);
    if (!here || !entries_.empty() || !interrupted_.empty() || stopping_ ||
        next_due_ < asleep_until_)
        ready_.notify_one();
}

void Settler::push(Progress progress) {
    const std::lock_guard lock(mutex_);
    entries_.emplace_back(std::move(progress));
    ready_.notify_one();
}

void Settler::push(Sending sending) {
    const std::lock_guard lock(mutex_);
    entries_.emplace_back(std::move(sending));
    ready_.notify_one();
}

void Settler::push(BegunTask begun) {
    const auto due = clock_.ticks() + kStartGrace;
    const std::string_view tag = begun.delivery->tag;
    const std::lock_guard lock(mutex_);
    starts_.try_emplace(tag, InGrace{std::move(begun), due});
    wake_at(due);
}

// Only what is due earlier than all else has to wake the thread.
void Settler::wake_at(SteadyPoint due) {
    if (due >= next_due_) return;
    next_due_ = due;
    ready_.notify_one();
}

std::size_t Settler::stop(SteadyPoint deadline) {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        deadline_ = std::min(deadline_, deadline);
        ready_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
    return unapplied_;
}

void Settler::run() {
    name_this_thread("settler");
    std::unique_lock lock(mutex_);
    for (;;) {
        wait(lock);
        if (!writing_ && !write(lock, By::Settler) && stopping_) return;
    }
}

// Until there is something to write, or somebody has begun to.
void Settler::wait(std::unique_lock<std::mutex>& lock) {
    const auto has_work = [&] {
        return !entries_.empty() || !interrupted_.empty() || stopping_ ||
               next_due_ <= clock_.ticks();
    };
    asleep_until_ = writing_ ? SteadyPoint::max() : next_due_;
    if (asleep_until_ == SteadyPoint::max()) {
        ready_.wait(lock, [&] {
            return !writing_ && (has_work() || next_due_ != SteadyPoint::max());
        });
    } else {
        ready_.wait_until(lock, asleep_until_, [&] {
            return writing_ || has_work() || next_due_ < asleep_until_;
        });
    }
}

// Lets the lock go meanwhile. False: there was nothing to write.
bool Settler::write(std::unique_lock<std::mutex>& lock, By by) {
    const bool again = !interrupted_.empty();
    auto ready = again ? Ready{.entries = std::exchange(interrupted_, {})} : take();
    if (ready.empty()) return false;
    writing_ = true;
    lock.unlock();
    auto batch = batch_of(std::move(ready));
    const bool done = by == By::Caller ? try_apply(batch, false) : apply(batch, again);
    if (done) batch.clear();  // frees all of it before the lock is taken
    lock.lock();
    writing_ = false;
    if (!done) {
        interrupted_ = std::move(batch);
    } else if (batch.capacity() <= 2 * kBatch) {
        spare_ = std::move(batch);
    }
    return true;
}

// All that is ready now. At the end nothing waits for its time any more.
Settler::Ready Settler::take() {
    Ready ready{.begun = {}, .entries = std::exchange(entries_, std::move(spare_)), .again = {}};
    const auto now = clock_.ticks();
    if (next_due_ > now && !stopping_) return ready;
    next_due_ = SteadyPoint::max();
    for (auto it = starts_.begin(); it != starts_.end();) {
        if (it->second.due <= now) {
            ready.begun.push_back(std::move(it->second.begun));
            it = starts_.erase(it);
        } else {
            next_due_ = std::min(next_due_, it->second.due);
            ++it;
        }
    }
    for (auto& pending : std::exchange(later_, {})) {
        if (pending.due <= now || stopping_) {
            ready.again.push_back(std::move(pending.entry));
        } else {
            next_due_ = std::min(next_due_, pending.due);
            later_.push_back(std::move(pending));
        }
    }
    return ready;
}

// Starts whose grace is over first, then the rest in order of arrival, then what was refused
// before.
std::vector<Entry> Settler::batch_of(Ready ready) {
    if (ready.begun.empty() && ready.again.empty()) return std::move(ready.entries);
    std::vector<Entry> batch;
    batch.reserve(ready.begun.size() + ready.entries.size() + ready.again.size());
    for (const auto& begun : ready.begun)
        batch.emplace_back(start_of(*begun.delivery, begun.task, *begun.settings));
    std::move(ready.entries.begin(), ready.entries.end(), std::back_inserter(batch));
    std::move(ready.again.begin(), ready.again.end(), std::back_inserter(batch));
    return batch;
}

// Until all of it is written, or the time to stop is over; always true. `again`: it was tried
// before.
bool Settler::apply(std::span<const Entry> batch, bool again) {
    auto backoff = backoff_;
    auto luck = Luck::seeded_by_the_system();
    const bool resent = again;  // all of it
    for (std::size_t from = 0; from < batch.size();) {
        const auto chunk = batch.subspan(from, std::min(kBatch, batch.size() - from));
        if (try_apply(chunk, again || resent)) {
            if (again) log::info("settler: Redis is back, results flow again.");
            again = false;
            backoff.reset();
            from += chunk.size();
            continue;
        }
        again = true;
        std::unique_lock lock(mutex_);
        const bool ending = stopping_;
        if (ending && clock_.ticks() >= deadline_) {
            unapplied_ += batch.size() - from;
            return true;
        }
        auto wake = clock_.ticks() + backoff.next(luck);
        if (ending) wake = std::min({wake, clock_.ticks() + kWaitAtEnd, deadline_});
        ready_.wait_until(lock, wake, [&] { return stopping_ && !ending; });  // then at once
    }
    return true;
}

bool Settler::try_apply(std::span<const Entry> batch, bool again) {
    try {
        report(batch, ledger_.apply(batch), again);
        auto chords = ledger_.complete_chords();
        if (!chords.empty() && then_.chords_complete) then_.chords_complete(std::move(chords));
        return true;
    } catch (const Error& error) {
        if (!again)
            log::warning(
                "settler: {}. Keeping {} results and trying again.", error.what(), batch.size()
            );
        return false;
    }
}

// After a lost connection the same batch is sent again: what comes back as lost then was either
// applied the first time or taken by somebody else. Both are over.
void Settler::report(std::span<const Entry> batch, std::span<const Refusal> refusals, bool again) {
    std::vector<const Refusal*> refused(batch.size(), nullptr);
    for (const auto& refusal : refusals) refused.at(refusal.index) = &refusal;
    std::vector<std::string> over;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto* settlement = std::get_if<Settlement>(&batch[i]);
        const bool lost = refused[i] && refused[i]->lost && !again;
        const bool refused_by_redis = refused[i] && !refused[i]->lost;
        if (!settlement) {
            if (refused_by_redis && send_again(batch[i], refused[i]->why)) continue;
            if (refused_by_redis)
                log::error(
                    "Redis refused a state of task {}: {}", tag_of(batch[i]), refused[i]->why
                );
            continue;
        }
        if (refused_by_redis && try_once_more(*settlement, refused[i]->why)) continue;
        refused_.erase(settlement->tag);
        over.push_back(settlement->tag);
        if (refused_by_redis) continue;
        if (lost) {
            observer_.on(Event{
                .type = Event::Type::LeaseLost,
                .at = clock_.now(),
                .uuid = settlement->task_id,
                .name =
                    settlement->events.empty() ? std::string() : settlement->events.front().name});
        } else {
            for (const auto& event : settlement->events) observer_.on(event);
            if (!settlement->run_in_pool.empty() && then_.run) then_.run(settlement->run_in_pool);
        }
    }
    if (!over.empty()) over_(over);
}

// What a task sent while Redis was full must not be lost. Without its lease from now on: it was
// ours when it was sent, and the task may have ended before the next try.
bool Settler::send_again(const Entry& refused, const std::string& why) {
    const auto* sending = std::get_if<Sending>(&refused);
    if (!sending || !is_passing(why)) return false;
    if (!sending->tag.empty())
        log::error("Redis refuses what a running task sent: {}. Trying again.", why);
    auto next = *sending;
    next.tag.clear();
    const auto due = clock_.ticks() + kAgain;
    const std::lock_guard lock(mutex_);
    if (stopping_) {
        ++unapplied_;
        return false;
    }
    later_.push_back({std::move(next), due});
    wake_at(due);
    return true;
}

// What passes by itself is waited for. What does not (a key of another kind) is tried three times;
// then what can be saved is sent in its place.
bool Settler::try_once_more(const Settlement& refused, const std::string& why) {
    bool stopping = false;
    {
        const std::lock_guard lock(mutex_);
        stopping = stopping_;
    }
    const bool passing = is_passing(why);
    auto& times = refused_[refused.tag];
    if (times == 0)
        log::error("Redis refuses the end of task {}: {}. Trying again.", refused.task_id, why);
    if (!passing || stopping) ++times;
    auto next = std::optional(refused);
    if (times >= kMostRefusals) {
        next = instead_ && !passing ? instead_(refused, why) : std::nullopt;
        times = 1;
    }
    if (!next) {
        log::critical("The end of task {} could not be written: {}", refused.task_id, why);
        ++unapplied_;
        return false;
    }
    const auto due = clock_.ticks() + std::chrono::seconds(std::max(times, 1));
    const std::lock_guard lock(mutex_);
    later_.push_back({std::move(*next), due});
    wake_at(due);
    return true;
}

}  // namespace taskworker
