#include "pool/child_parent.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using Steady = std::chrono::steady_clock;

constexpr Seconds kRetrySpawn{0.2};

void poll_for(const FileDescriptor& poller, int fd, std::uint64_t key) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = key}};
    ::epoll_ctl(poller.get(), EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

ChildParent::ChildParent(
    const ChildPoolOptions& options, ChildMailbox& mailbox, PoolListener& listener
)
    : options_(options),
      mailbox_(mailbox),
      listener_(listener),
      launcher_(options.executable, options.output_level.has_value()),
      poller_(::epoll_create1(EPOLL_CLOEXEC)),
      target_(std::max<std::size_t>(options.slots, 1)) {
    if (!poller_) throw Error("epoll_create failed");
    poll_for(poller_, mailbox.event(), 0);
}

void ChildParent::run() {
    name_this_thread("pool");
    now_ = Steady::now();
    repopulate();
    while (!over()) step();
    auto last = mailbox_.close();
    for (auto& job : last.jobs) unstarted_.push_back(std::move(job));
    mailbox_.waiting = 0;
    deliver();
}

void ChildParent::step() {
    wait();
    for (const auto key : deadlines_.pop_due(now_)) look_at(key);
    for (const auto id : std::exchange(dying_, {})) {
        const auto place = children_.find(id);
        if (place != children_.end() && bury(*place->second)) children_.erase(place);
    }
    repopulate();
    assign();
    for (auto& [id, child] : children_) {
        write(*child);
        watch(*child);
    }
    deliver();
}

void ChildParent::wait() {
    std::array<epoll_event, 64> events;
    const int count = ::epoll_wait(
        poller_.get(),
        events.data(),
        static_cast<int>(events.size()),
        millis_until(deadlines_.next(), Steady::now())
    );
    now_ = Steady::now();
    for (int i = 0; i < count; ++i) {
        const auto key = events[static_cast<std::size_t>(i)].data.u64;
        if (key == 0) {
            read_mail();
            continue;
        }
        const auto place = children_.find(Child::id_in(key));
        if (place == children_.end()) continue;
        auto& child = *place->second;
        if (key == child.death_key()) {
            dying_.push_back(child.id);
        } else if (key == child.output_key()) {
            read_output(child);
        } else {
            read(child);
        }
    }
}

void ChildParent::read_mail() { accept(mailbox_.take()); }

void ChildParent::accept(ChildMailbox::Mail mail) {
    for (auto& job : mail.jobs) {
        if (stop_at_) {
            unstarted_.push_back(std::move(job));
            --mailbox_.waiting;
        } else {
            queue_.push_back(Entry{.job = std::move(job), .number = next_number_++});
        }
    }
    for (const auto& cancelled : mail.cancels) cancel(cancelled.tag, cancelled.signal);
    if (mail.slots) resize(*mail.slots);
    if (mail.restart)
        for (auto& [id, child] : children_) dismiss(*child);
    if (mail.stop) begin_stop(*mail.stop);
}

void ChildParent::look_at(std::uint64_t key) {
    if (key == kSpawnKey) return;  // every step repopulates
    if (key == kStopKey) {
        for (auto& [id, child] : children_) kill_now(*child, Doom::Why::Shutdown);
        return;
    }
    // A child without pidfd whose stream has ended is asked again and again; any other is watched
    // by step() in any case.
    const auto place = children_.find(key);
    if (place != children_.end() && place->second->closed) dying_.push_back(key);
}

// The listener settles what it gets: for all children of this step in one call.
void ChildParent::deliver() {
    if (!finished_.empty()) listener_.finished(std::exchange(finished_, {}), false);
    if (!unstarted_.empty()) listener_.unstarted(std::exchange(unstarted_, {}));
}

std::size_t ChildParent::active() const {
    return static_cast<std::size_t>(std::count_if(
        children_.begin(),
        children_.end(),
        [](auto& pair) { return pair.second->phase != Child::Phase::Leaving; }
    ));
}

void ChildParent::repopulate() {
    if (stop_at_ || !may_spawn_) return;
    for (auto missing = target_ - std::min(target_, active()); missing > 0; --missing) {
        if (now_ < respawn_.not_before()) {
            deadlines_.set(kSpawnKey, respawn_.not_before());
            return;
        }
        try {
            spawn();
        } catch (const Error& error) {
            log::error("{}", error.what());
            respawn_.died_early(now_);
            deadlines_.set(kSpawnKey, std::max(respawn_.not_before(), later(now_, kRetrySpawn)));
            return;
        }
    }
}

void ChildParent::spawn() {
    const auto id = next_ordinal_++;
    const auto name = fmt::format("ForkPoolWorker-{}", id);
    auto process = launcher_.spawn("taskworker: " + name, options_.arguments);
    auto child = std::make_unique<Child>(id, free_index(), name, std::move(process));
    log::know_process(name, child->process.pid, child->index);
    mailbox_.process_began(child->process.pid);
    poll_for(poller_, child->process.socket.get(), child->socket_key());
    if (child->process.pidfd) poll_for(poller_, child->process.pidfd.get(), child->death_key());
    if (child->process.output) poll_for(poller_, child->process.output.get(), child->output_key());
    const auto kib = std::max(options_.max_memory_per_child.value_or(0), 0);
    child->spawned_at = now_;
    encode_frame(
        child->out,
        InitFrame{
            .parent_pid = ::getpid(),
            .process_name = name,
            .node = options_.node,
            .setup = options_.setup,
            .max_memory_kib = static_cast<std::uint64_t>(kib),
            .output_captured = options_.output_level.has_value()}
    );
    auto& born = *children_.emplace(id, std::move(child)).first->second;
    write(born);
    watch(born);
}

// The numbers stay within the pool's size: who leaves makes room at once.
int ChildParent::free_index() const {
    int index = 1;
    const auto taken = [&](const auto& pair) {
        return pair.second->index == index && pair.second->phase != Child::Phase::Leaving;
    };
    while (std::any_of(children_.begin(), children_.end(), taken)) ++index;
    return index;
}

void ChildParent::resize(std::size_t slots) {
    target_ = std::max<std::size_t>(slots, 1);
    std::vector<Child*> candidates;
    for (auto& [id, child] : children_) {
        if (child->phase != Child::Phase::Leaving) candidates.push_back(child.get());
    }
    // The least busy go first, among them the coldest.
    std::sort(candidates.begin(), candidates.end(), [](const Child* a, const Child* b) {
        return std::pair(a->window.size(), a->last_used) <
               std::pair(b->window.size(), b->last_used);
    });
    for (auto* child : candidates) {
        if (active() <= target_) break;
        dismiss(*child);
    }
}

// It finishes what has begun in it; the rest comes back.
void ChildParent::dismiss(Child& child) {
    if (child.phase == Child::Phase::Leaving) return;
    if (!child.window.empty()) recall(child);
    encode_frame(child.out, StopFrame{});
    child.phase = Child::Phase::Leaving;
    child.leaving_at = now_;
}

void ChildParent::begin_stop(SteadyPoint deadline) {
    const bool first = !stop_at_;
    stop_at_ = std::min(deadline, stop_at_.value_or(deadline));
    deadlines_.set(kStopKey, *stop_at_);
    if (!first) return;
    give_back(std::exchange(queue_, {}));
    for (auto& [id, child] : children_) {
        // One that has not said hello holds nothing; it may be hanging in the app's start.
        if (child->phase == Child::Phase::Starting) kill_now(*child, Doom::Why::Shutdown);
        dismiss(*child);
    }
}

}  // namespace taskworker
