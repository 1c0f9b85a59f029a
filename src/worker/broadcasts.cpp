#include "worker/broadcasts.hpp"

#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kListenFor = 60s;

}  // namespace

Broadcast::Broadcast(
    std::unique_ptr<Fanout> fanout, const Clock& clock, QueueSpec queue, std::string list
)
    : fanout_(std::move(fanout)), clock_(clock), queue_(std::move(queue)), list_(std::move(list)) {}

// An exchange of this kind asks for no key, but kombu makes one part of the channel: without a key
// of its own a queue hears all of them.
void Broadcast::listen() {
    for (const auto& binding : queue_.bindings) {
        if (binding.type != "fanout") continue;
        const auto& key = binding.routing_key;
        fanout_->subscribe({.exchange = binding.exchange, .key = key, .queue = list_});
        if (key.empty())
            fanout_->subscribe({.exchange = binding.exchange, .key = "#", .queue = list_});
    }
}

void Broadcast::start() {
    listen();
    loop_.once([this] { step(clock_.ticks()); });
    thread_ = std::thread([this] { run(); });
}

void Broadcast::step(SteadyPoint until) {
    if (!cleared_) forget();
    cleared_ = true;
    if (come_.empty()) come_ = fanout_->receive(until);
    if (!come_.empty()) fanout_->put(list_, come_);
    come_.clear();
}

void Broadcast::run() {
    name_this_thread("broadcasts");
    loop_.run([this] { step(clock_.ticks() + kListenFor); });
}

void Broadcast::stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    fanout_->interrupt();
    thread_.join();
    try {
        fanout_->unsubscribe();
    } catch (const Error& error) {
        log::warning("broadcasts: could not take the binding away: {}", error.what());
    }
}

void Broadcast::forget() {
    fanout_->remove(
        {.exchange = queue_.own().exchange, .key = queue_.own().routing_key, .queue = list_}
    );
}

std::string Broadcasts::add(const QueueSpec& queue) {
    const std::lock_guard lock(mutex_);
    auto& broadcast = by_queue_[queue.name];
    if (!broadcast) {
        broadcast =
            std::make_unique<Broadcast>(make_(), clock_, queue, broadcast_list(node_, queue.name));
        broadcast->start();
    }
    return broadcast->list();
}

std::string Broadcasts::cancel(const std::string& queue) {
    const std::lock_guard lock(mutex_);
    const auto found = by_queue_.extract(queue);
    if (found.empty()) return {};
    found.mapped()->stop();
    return found.mapped()->list();
}

void Broadcasts::stop() {
    const std::lock_guard lock(mutex_);
    for (auto& [queue, broadcast] : by_queue_) broadcast->stop();
}

void Broadcasts::forget() {
    const std::lock_guard lock(mutex_);
    for (auto& [queue, broadcast] : by_queue_) {
        try {
            broadcast->forget();
        } catch (const Error& error) {
            log::warning("broadcasts: {} stays behind: {}", broadcast->list(), error.what());
        }
    }
}

}  // namespace taskworker
