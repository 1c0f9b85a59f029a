// Jobs on their way to the children, and back before they begin.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "pool/child_parent.hpp"

namespace taskworker {

// Level by level: every child gets its first job before any gets a second one.
void ChildParent::assign() {
    if (queue_.empty() || stop_at_) return;
    auto children = free_children();
    const auto most = credit_.window();
    std::size_t level = most;
    for (const auto* child : children) level = std::min(level, child->window.size());
    for (; level < most; ++level) {
        for (auto* child : children) {
            if (queue_.empty()) return;
            if (child->window.size() > level || !may_take(*child)) continue;
            give(*child, std::move(queue_.front()));
            queue_.pop_front();
        }
    }
}

// The hottest first: few jobs then stay with few children, and the others' memory stays cold.
std::vector<Child*> ChildParent::free_children() {
    std::vector<Child*> children;
    for (auto& [id, child] : children_) {
        if (may_take(*child)) children.push_back(child.get());
    }
    std::sort(children.begin(), children.end(), [](const Child* a, const Child* b) {
        return a->last_used > b->last_used;
    });
    return children;
}

bool ChildParent::may_take(const Child& child) const {
    if (child.phase != Child::Phase::Ready || child.doom || child.recalling || child.closed)
        return false;
    if (child.stalled(now_)) return false;
    const auto most = options_.max_tasks_per_child.value_or(0);
    return most <= 0 || child.assigned < static_cast<std::uint64_t>(most);
}

void ChildParent::give(Child& child, Entry entry) {
    const auto& delivery = *entry.job.delivery;
    entry.seq = child.next_seq++;
    entry.assigned_at = now_;
    encode_job(
        child.out,
        entry.seq,
        delivery.tag,
        delivery.queue,
        delivery.list,
        delivery.request.delivery_info.redelivered,
        delivery.message.raw
    );
    if (child.window.empty()) child.progress = now_;
    ++child.assigned;
    child.last_used = next_stamp_++;
    child.window.push_back(std::move(entry));
}

void ChildParent::write(Child& child) {
    const bool had_to_wait = child.waits_for_room;
    child.waits_for_room = false;
    while (!child.closed && child.out_at < child.out.size()) {
        const auto sent = ::send(
            child.process.socket.get(),
            child.out.data() + child.out_at,
            child.out.size() - child.out_at,
            MSG_NOSIGNAL | MSG_DONTWAIT
        );
        if (sent < 0 && errno == EINTR) continue;
        child.waits_for_room = sent < 0 && errno == EAGAIN;
        if (sent < 0) break;  // any other error is a death, which is seen elsewhere
        child.out_at += static_cast<std::size_t>(sent);
    }
    if (child.out_at == child.out.size()) {
        child.out_at = 0;
        child.out.clear();
        if (child.out.capacity() > (1u << 20)) std::string().swap(child.out);
    }
    if (child.waits_for_room == had_to_wait || child.closed) return;
    const std::uint32_t wanted = child.waits_for_room ? EPOLLIN | EPOLLOUT : EPOLLIN;
    epoll_event event{.events = wanted, .data = {.u64 = child.socket_key()}};
    ::epoll_ctl(poller_.get(), EPOLL_CTL_MOD, child.process.socket.get(), &event);
}

void ChildParent::recall(Child& child) {
    if (child.recalling || child.closed) return;
    encode_frame(child.out, RecallFrame{});
    child.recalling = true;
    child.recalled_at = now_;
}

void ChildParent::cancel(const std::string& tag, int signal) {
    if (signal < 0 || signal > SIGRTMAX) signal = SIGTERM;
    const auto has_tag = [&](const Entry& entry) { return entry.job.delivery->tag == tag; };
    const auto waiting = std::find_if(queue_.begin(), queue_.end(), has_tag);
    if (waiting != queue_.end()) {
        auto entry = std::move(*waiting);
        queue_.erase(waiting);
        end_cancelled(std::move(entry), 0);
        return;
    }
    for (auto& [id, child] : children_) {
        const auto held = std::find_if(child->window.begin(), child->window.end(), has_tag);
        if (held != child->window.end()) return cancel_in(*child, *held, signal);
    }
}

void ChildParent::cancel_in(Child& child, Entry& entry, int signal) {
    const bool runs = child.window.size() == 1 && child.running_since(now_).has_value();
    if (signal == 0 && (entry.started || runs)) return;
    entry.cancel_signal = signal;
    // Alone and running it is hit at once; else what has not begun is called back first, and then
    // the cancelled one is either among it or runs alone.
    if (runs) {
        doom(child, Doom::Why::Cancel, entry.seq, signal);
    } else {
        recall(child);
    }
}

}  // namespace taskworker
