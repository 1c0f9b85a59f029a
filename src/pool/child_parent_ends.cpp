// Time limits, deaths, and what becomes of the jobs then.
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/log.hpp"
#include "message/python_repr.hpp"
#include "pool/child_parent.hpp"
#include "pool/failures.hpp"
#include "pool/task_events.hpp"

namespace taskworker {
namespace {

constexpr Seconds kRecallPatience{1};  // a child that does not answer a recall is not waited for
constexpr Seconds kLeavePatience{10};  // … nor one that does not exit when it should
constexpr Seconds kClosePatience{1};   // … nor one that has closed its stream
constexpr Seconds kAskAgain{0.005};    // whether it is dead, where there are no pidfds

void keep_earlier(std::optional<SteadyPoint>& next, std::optional<SteadyPoint> at) {
    if (at && (!next || *at < *next)) next = at;
}

bool is_set(const std::optional<Seconds>& limit) { return limit && limit->count() > 0; }

}  // namespace

// Does what is due in a child and notes when to look again.
void ChildParent::watch(Child& child) {
    auto next = watch_exit(child);
    if (!child.closed) {
        // A cancel's signal may be one that the task survives; its limits still count.
        const bool cancelled =
            child.doom && child.doom->why == Doom::Why::Cancel && child.doom->struck;
        if (!child.doom || cancelled) keep_earlier(next, watch_limits(child));
        if (child.doom) keep_earlier(next, watch_doom(child));
    }
    next ? deadlines_.set(child.id, *next) : deadlines_.clear(child.id);
}

// Who should exit, or has closed its stream, gets some time for it: libraries clean up then.
std::optional<SteadyPoint> ChildParent::watch_exit(Child& child) {
    std::optional<SteadyPoint> at;
    if (child.phase == Child::Phase::Leaving && child.window.empty()) {
        // Its last task may have taken long: the cleaning up begins with that task's end.
        at = later(std::max(child.leaving_at, child.progress), kLeavePatience);
    } else if (child.closed) {
        at = later(child.closed_at, kClosePatience);
    } else if (child.phase == Child::Phase::Starting && options_.alive_timeout.count() > 0) {
        at = later(child.spawned_at, options_.alive_timeout);
        if (*at <= now_)
            log::error(
                "Timed out waiting for process '{}' pid:{} to come up (worker_proc_alive_timeout)",
                child.name,
                child.process.pid
            );
    }
    if (at && *at <= now_) {
        child.process.kill(SIGKILL);
        at = later(now_, kLeavePatience);
    }
    if (child.closed && !child.process.pidfd) at = later(now_, kAskAgain);
    return at;
}

std::optional<SteadyPoint> ChildParent::watch_limits(Child& child) {
    if (child.window.empty()) return std::nullopt;
    auto& first = child.window.front();
    std::optional<SteadyPoint> next;
    // What has not begun by now cannot be due before now + limit: then its start is looked at
    // again.
    const auto running_since = child.running_since(now_);
    const auto since = running_since.value_or(now_);
    if (is_set(first.job.soft_limit) && !first.soft_sent) {
        const auto at = later(since, *first.job.soft_limit);
        if (running_since && at <= now_) {
            first.soft_sent = true;
            encode_frame(child.out, SoftLimitFrame{first.seq});
            write(child);
            listener_.event(limit_event(
                Event::Type::SoftLimit, first.job, child.process.pid, *first.job.soft_limit
            ));
        } else {
            keep_earlier(next, at);
        }
    }
    if (is_set(first.job.hard_limit)) {
        const auto at = later(since, *first.job.hard_limit);
        if (running_since && at <= now_) {
            doom(child, Doom::Why::HardLimit, first.seq, SIGKILL);
        } else {
            keep_earlier(next, at);
        }
    }
    if (child.window.size() > 1 && !child.recalling) {
        if (child.stalled(now_)) {
            recall(child);
            write(child);
        } else {
            keep_earlier(next, child.progress + Child::kLongWait);
        }
    }
    return next;
}

void ChildParent::doom(Child& child, Doom::Why why, std::uint64_t seq, int signal) {
    child.doom = Doom{why, seq, signal};
    if (child.window.size() > 1) {
        recall(child);
        write(child);
    }
    watch_doom(child);
}

std::optional<SteadyPoint> ChildParent::watch_doom(Child& child) {
    if (child.doom->struck) return std::nullopt;
    if (!child.find(child.doom->seq)) {  // it has ended by itself meanwhile
        child.doom.reset();
        return std::nullopt;
    }
    const auto patience = later(child.recalled_at, kRecallPatience);
    if (child.window.size() > 1 && child.recalling && now_ < patience) return patience;
    strike(child);
    return std::nullopt;
}

void ChildParent::strike(Child& child) {
    child.doom->struck = true;
    child.process.kill(child.doom->signal);
}

void ChildParent::kill_now(Child& child, Doom::Why why) {
    const auto first = child.window.empty() ? 0 : child.window.front().seq;
    // Who is being killed for a reason of its own keeps that reason.
    if (!child.doom || why == Doom::Why::Faulty) child.doom = Doom{why, first};
    child.doom->struck = true;
    child.process.kill(SIGKILL);
}

bool ChildParent::bury(Child& child) {
    const auto status = child.process.reap();
    if (!status) return false;
    read_output(child);  // its last words
    end_output(child);
    read(child, true);
    if (!child.doom || child.doom->why != Doom::Why::Faulty) {
        // What it had appended but not written.
        child.reader.feed(child.process.page.rest_of_stream(child.reader.total()));
        drain(child);
    }
    mailbox_.process_ended(child.process.pid);
    deadlines_.clear(child.id);
    const bool in_order = child.phase == Child::Phase::Leaving && WIFEXITED(*status) &&
                          (WEXITSTATUS(*status) == 0 || WEXITSTATUS(*status) == kExitRecycled);
    if (!child.doom && !in_order) {
        log::error(
            "Process '{}' pid:{} exited with '{}'",
            child.name,
            child.process.pid,
            describe_exit(*status)
        );
    }
    settle_window(child, *status);
    log::forget_process(child.name);
    if (!child.worked && child.phase != Child::Phase::Leaving && respawn_.died_early(now_)) {
        log::error(
            "Pool children end before they have done anything: the next one starts in {:g} s",
            respawn_.wait().count()
        );
    }
    return true;
}

// Exactly the job that had begun is lost; what was in line behind it runs elsewhere. Only if the
// child has overwritten what tells which one it was, all it held may have begun, and nothing may
// run twice.
void ChildParent::settle_window(Child& child, int status) {
    const auto begun = child.process.page.begun().seq;
    const bool plausible = begun < child.next_seq;
    std::deque<Entry> unbegun;
    for (auto& entry : std::exchange(child.window, {})) {
        if (entry.started || !plausible || entry.seq <= begun) {
            end_lost(child, std::move(entry), status);
        } else {
            unbegun.push_back(std::move(entry));
        }
    }
    give_back(std::move(unbegun));
}

void ChildParent::end_lost(Child& child, Entry entry, int status) {
    const int pid = child.process.pid;
    const auto began =
        std::clamp(child.process.page.begun().at, std::min(entry.assigned_at, now_), now_);
    const Seconds runtime = now_ - began;
    tell_started(child, entry, std::chrono::system_clock::now() + -runtime);
    Finished finished{.runtime = runtime, .pid = pid};
    const bool ours = child.doom && child.doom->seq == entry.seq;
    if (ours && child.doom->why == Doom::Why::HardLimit) {
        const auto limit = *entry.job.hard_limit;
        listener_.event(limit_event(Event::Type::HardLimit, entry.job, pid, limit));
        finished.outcome = time_limit_exceeded(limit);
        finished.timed_out = true;
    } else if (ours && child.doom->why == Doom::Why::Cancel) {
        return end_cancelled(std::move(entry), pid);
    } else {
        auto lost = worker_lost(describe_exit(status), entry.number);
        auto event = task_event(Event::Type::WorkerLost, entry.job, pid);
        event.reason = describe_exit(status);
        event.exception = python_repr(lost);
        listener_.event(std::move(event));
        finished.outcome = std::move(lost);
        finished.worker_lost = true;
    }
    end(std::move(entry), std::move(finished));
}

void ChildParent::end_cancelled(Entry entry, int pid) {
    end(std::move(entry), Finished{.outcome = Revoked{Revoked::Why::Terminated}, .pid = pid});
}

void ChildParent::end(Entry entry, Finished finished) {
    if (!entry.started) --mailbox_.waiting;
    finished.job = std::move(entry.job);
    finished_.push_back(std::move(finished));
}

void ChildParent::give_back(std::deque<Entry> entries) {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (entry->cancel_signal) {
            end_cancelled(std::move(*entry), 0);
        } else if (stop_at_) {
            --mailbox_.waiting;
            unstarted_.push_back(std::move(entry->job));
        } else {
            queue_.push_front(std::move(*entry));
        }
    }
}

}  // namespace taskworker
