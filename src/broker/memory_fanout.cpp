#include "broker/memory_fanout.hpp"

#include <algorithm>
#include <deque>

#include "broker/bindings.hpp"
#include "broker/memory_broker.hpp"

namespace taskworker {
namespace {

using Shared = std::shared_ptr<MemoryQueues>;
using Guard = std::unique_lock<std::mutex>;

class MemoryFanout final : public Fanout {
public:
    explicit MemoryFanout(Shared queues) : queues_(std::move(queues)) {
        const Guard lock(queues_->mutex);
        queues_->listeners[this] = {};
    }
    ~MemoryFanout() override {
        const Guard lock(queues_->mutex);
        queues_->listeners.erase(this);
    }

    void subscribe(Binding binding) override {
        const Guard lock(queues_->mutex);
        mine().subscriptions.emplace_back(std::move(binding.exchange), std::move(binding.key));
    }
    std::vector<std::string> receive(SteadyPoint until) override {
        Guard lock(queues_->mutex);
        queues_->changed.wait_until(lock, until, [&] {
            return mine().interrupted || !mine().come.empty();
        });
        mine().interrupted = false;
        return std::exchange(mine().come, {});
    }
    void interrupt() override {
        const Guard lock(queues_->mutex);
        mine().interrupted = true;
        queues_->changed.notify_all();
    }
    void unsubscribe() override {
        const Guard lock(queues_->mutex);
        mine() = {};
    }
    std::size_t publish(std::span<const Sending> messages) override {
        const Guard lock(queues_->mutex);
        std::size_t most = 0;
        for (const auto& message : messages) {
            std::size_t heard = 0;
            for (auto& [owner, listener] : queues_->listeners) {
                if (!listener.hears(message.exchange, message.key)) continue;
                listener.come.push_back(message.envelope);
                ++heard;
            }
            most = std::max(most, heard);
        }
        queues_->changed.notify_all();
        return most;
    }
    void send(const Sending& message) override {
        const Guard lock(queues_->mutex);
        for (const auto& [exchange, key, queue] : queues_->bindings)
            if (exchange == message.exchange && key == message.key)
                queues_->lists[queue].push_back(message.envelope);
        queues_->changed.notify_all();
    }
    void put(const std::string& queue, std::span<const std::string> envelopes) override {
        const Guard lock(queues_->mutex);
        auto& list = queues_->lists[queue];
        list.insert(list.end(), envelopes.begin(), envelopes.end());
        queues_->changed.notify_all();
    }
    void bind(const Binding& binding) override {
        const Guard lock(queues_->mutex);
        queues_->bindings.emplace(binding.exchange, binding.key, binding.queue);
    }
    void remove(const Binding& binding) override {
        const Guard lock(queues_->mutex);
        queues_->bindings.erase({binding.exchange, binding.key, binding.queue});
        queues_->lists.erase(binding.queue);
    }
    std::optional<std::string> take(const std::string& queue, SteadyPoint until) override {
        Guard lock(queues_->mutex);
        auto& list = queues_->lists[queue];
        if (!queues_->changed.wait_until(lock, until, [&] { return !list.empty(); }))
            return std::nullopt;
        auto first = std::move(list.front());
        list.pop_front();
        return first;
    }

private:
    MemoryQueues::Listener& mine() { return queues_->listeners[this]; }
    Shared queues_;
};

class MemoryRevocations final : public Revocations {
public:
    explicit MemoryRevocations(Shared queues) : queues_(std::move(queues)) {}
    void add(std::span<const std::string> ids, TimePoint) override {
        const Guard lock(queues_->mutex);
        for (const auto& id : ids) {
            std::erase(queues_->revoked, id);
            queues_->revoked.push_back(id);
        }
    }
    std::vector<std::string> load(TimePoint) override {
        const Guard lock(queues_->mutex);
        return queues_->revoked;
    }

private:
    Shared queues_;
};

}  // namespace

bool MemoryQueues::Listener::hears(const std::string& exchange, const std::string& key) const {
    return std::any_of(subscriptions.begin(), subscriptions.end(), [&](const auto& binding) {
        if (binding.first != exchange) return false;
        return binding.second == key ||
               (!binding.second.empty() && topic_matches(binding.second, key));
    });
}

std::unique_ptr<Fanout> memory_fanout(std::shared_ptr<MemoryQueues> queues) {
    return std::make_unique<MemoryFanout>(std::move(queues));
}
std::unique_ptr<Revocations> memory_revocations(std::shared_ptr<MemoryQueues> queues) {
    return std::make_unique<MemoryRevocations>(std::move(queues));
}

}  // namespace taskworker
