#include "pool/child_pool.hpp"

#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include "pool/child_mailbox.hpp"
#include "pool/child_parent.hpp"

namespace taskworker {
namespace {

// Where SIGCHLD is ignored (inherited from whoever started us) the kernel reaps for us, and how a
// child ended is lost.
void keep_exit_statuses() {
    struct sigaction now {};
    ::sigaction(SIGCHLD, nullptr, &now);
    if (now.sa_handler == SIG_IGN) ::signal(SIGCHLD, SIG_DFL);
}

}  // namespace

struct ChildPool::State {
    explicit State(ChildPoolOptions given) : options(std::move(given)), slots(options.slots) {}

    ChildPoolOptions options;
    std::atomic<std::size_t> slots;
    ChildMailbox mailbox;
    PoolListener* listener = nullptr;
    std::unique_ptr<ChildParent> parent;
    std::mutex joining;
    std::thread
        thread;  // guarded by joining; starts the children and outlives them: they die with it
};

ChildPool::ChildPool(ChildPoolOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

ChildPool::~ChildPool() { stop(SteadyPoint{}); }

void ChildPool::start(PoolListener& listener) {
    keep_exit_statuses();
    state_->listener = &listener;
    state_->parent = std::make_unique<ChildParent>(state_->options, state_->mailbox, listener);
    state_->thread = std::thread([parent = state_->parent.get()] { parent->run(); });
}

void ChildPool::submit(std::vector<Job> jobs) {
    if (!state_->mailbox.submit(jobs)) state_->listener->unstarted(std::move(jobs));
}

std::size_t ChildPool::slots() const { return state_->slots; }

std::size_t ChildPool::waiting() const { return state_->mailbox.waiting; }

void ChildPool::resize(std::size_t slots) {
    slots = std::max<std::size_t>(slots, 1);
    state_->slots = slots;
    state_->mailbox.resize(slots);
}

void ChildPool::restart() { state_->mailbox.restart(); }

void ChildPool::cancel(const std::string& tag, int signal) { state_->mailbox.cancel(tag, signal); }

void ChildPool::stop(SteadyPoint deadline) {
    state_->mailbox.stop(deadline);
    const std::lock_guard lock(state_->joining);
    if (state_->thread.joinable()) state_->thread.join();
}

std::vector<int> ChildPool::processes() const { return state_->mailbox.processes(); }

}  // namespace taskworker
