// What the children say.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <utility>

#include "base/log.hpp"
#include "message/python_json.hpp"
#include "pool/child_parent.hpp"
#include "pool/task_events.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kReadAtOnce = 64 * 1024;

TimePoint from_micros(std::int64_t micros) {
    constexpr auto most =
        std::chrono::duration_cast<std::chrono::microseconds>(TimePoint::duration::max()).count();
    return TimePoint(std::chrono::microseconds(std::clamp<std::int64_t>(micros, 0, most)));
}

}  // namespace

void ChildParent::read(Child& child, bool to_the_end) {
    while (!child.closed) {
        const auto size = ::recv(
            child.process.socket.get(), child.reader.room(kReadAtOnce), kReadAtOnce, MSG_DONTWAIT
        );
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0) {
            close_stream(child);
            return;
        }
        child.reader.filled(static_cast<std::size_t>(size));
        drain(child);
        if (static_cast<std::size_t>(size) < kReadAtOnce && !to_the_end) return;
    }
}

// Without its stream a child is of no use: it is dead, or it will be (watch_exit).
void ChildParent::close_stream(Child& child) {
    child.closed = true;
    child.closed_at = now_;
    ::epoll_ctl(poller_.get(), EPOLL_CTL_DEL, child.process.socket.get(), nullptr);
    if (!child.process.pidfd) dying_.push_back(child.id);
}

void ChildParent::drain(Child& child) {
    while (auto frame = child.reader.next()) {
        std::visit([&](auto& f) { on(child, f); }, *frame);
        if (child.doom && child.doom->why == Doom::Why::Faulty) return;
    }
    if (child.reader.broken()) faulty(child, "sent bytes that are no frame");
}

void ChildParent::faulty(Child& child, const std::string& why) {
    log::error("Process '{}' pid:{} {}", child.name, child.process.pid, why);
    kill_now(child, Doom::Why::Faulty);
    if (!child.closed) close_stream(child);
}

template <class F>
void ChildParent::on(Child& child, F&) {
    faulty(child, "sent a frame that only its parent may send");
}

void ChildParent::on(Child& child, HelloFrame& frame) {
    const ChildIdentity theirs{frame.build_id, frame.registry_hash};
    if (theirs == options_.identity) {
        if (child.phase == Child::Phase::Starting) child.phase = Child::Phase::Ready;
        return;
    }
    child.phase = Child::Phase::Leaving;
    kill_now(child, Doom::Why::Faulty);
    if (!std::exchange(may_spawn_, false)) return;
    const std::string what =
        theirs.build_id != options_.identity.build_id ? "code" : "set of registered tasks";
    const auto why =
        "the " + what +
        " of new pool children is not that of this process: the program or the module was "
        "replaced while it runs; the worker must be restarted";
    listener_.failed(why);
}

void ChildParent::on(Child& child, LoadFailedFrame& frame) {
    log::error("Process '{}' pid:{} cannot start: {}", child.name, child.process.pid, frame.why);
}

void ChildParent::on(Child& child, StartedFrame& frame) {
    if (auto* entry = child.find(frame.seq)) tell_started(child, *entry, from_micros(frame.at_us));
}

void ChildParent::tell_started(Child& child, Entry& entry, TimePoint at) {
    if (std::exchange(entry.started, true)) return;
    child.worked = true;
    --mailbox_.waiting;
    listener_.started(entry.job, child.process.pid, at);
}

void ChildParent::on(Child& child, StateFrame& frame) {
    if (const auto* entry = child.find(frame.seq)) {
        listener_.state_changed(entry->job, frame.state, std::move(frame.meta));
    }
}

void ChildParent::on(Child& child, SentFrame& frame) {
    if (const auto* entry = child.find(frame.seq)) {
        listener_.sent(entry->job, std::move(frame.spawned));
    }
}

void ChildParent::on(Child& child, EventFrame& frame) {
    const auto* entry = child.find(frame.seq);
    if (!entry) return;
    auto fields = parse_json(frame.fields);
    auto* object = std::get_if<Json>(&fields);
    auto event = task_event(Event::Type::TaskCustom, entry->job, child.process.pid);
    event.at = from_micros(frame.at_us);
    event.custom_type = std::move(frame.type);
    if (object && object->is_object()) event.fields = std::move(*object);
    listener_.event(std::move(event));
}

void ChildParent::on(Child& child, LogFrame& frame) {
    const auto level = log_level(frame.level);
    if (frame.id.empty()) {
        log::write_as(level, child.name, frame.text);
    } else {
        log::task(level, child.name, frame.task, frame.id, frame.text);
    }
}

void ChildParent::on(Child& child, OutcomeFrame& frame) {
    const auto place =
        std::find_if(child.window.begin(), child.window.end(), [&](const Entry& entry) {
            return entry.seq == frame.seq;
        });
    if (place == child.window.end()) return;
    end_output(child);
    auto entry = std::move(*place);
    child.window.erase(place);
    tell_started(child, entry, std::chrono::system_clock::now());

    const double runtime = std::isfinite(frame.runtime) ? std::max(frame.runtime, 0.0) : 0.0;
    credit_.ran(Seconds(runtime));
    respawn_.job_done();
    child.progress = now_;
    child.last_used = next_stamp_++;
    if (child.doom && child.doom->seq == frame.seq) {
        // The signal may be under way, or a handler of the task swallowed it: no new job goes in
        // there.
        if (child.doom->struck) dismiss(child);
        child.doom.reset();
    }
    end(std::move(entry),
        Finished{
            .outcome = std::move(frame.outcome),
            .runtime = Seconds(runtime),
            .pid = child.process.pid,
            .process = child.name});
    const auto most = options_.max_tasks_per_child.value_or(0);
    if (most > 0 && child.assigned >= static_cast<std::uint64_t>(most) && child.window.empty()) {
        dismiss(child);
    }
}

void ChildParent::on(Child& child, ReturnedFrame& frame) {
    child.recalling = false;
    const auto is_back = [&](const Entry& entry) {
        return std::binary_search(frame.seqs.begin(), frame.seqs.end(), entry.seq);
    };
    std::sort(frame.seqs.begin(), frame.seqs.end());
    std::deque<Entry> back, kept;
    for (auto& entry : child.window) (is_back(entry) ? back : kept).push_back(std::move(entry));
    child.window = std::move(kept);
    child.assigned -= std::min<std::uint64_t>(child.assigned, back.size());
    give_back(std::move(back));
    // What is left is running: what was to be cancelled in here can be hit now.
    for (auto& entry : child.window) {
        if (entry.cancel_signal == 0) entry.cancel_signal.reset();
        if (!entry.cancel_signal || child.doom) continue;
        doom(child, Doom::Why::Cancel, entry.seq, *entry.cancel_signal);
    }
}

void ChildParent::on(Child& child, MemoryFrame& frame) {
    log::info(
        "Process '{}' pid:{} is replaced: it uses {} KiB, more than {} KiB",
        child.name,
        child.process.pid,
        frame.kib,
        options_.max_memory_per_child.value_or(0)
    );
    if (child.phase == Child::Phase::Leaving) return;
    child.phase = Child::Phase::Leaving;
    child.leaving_at = now_;
}

}  // namespace taskworker
