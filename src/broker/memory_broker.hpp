#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "broker/transport.hpp"

namespace taskworker {

// What the twins of this process share: lists, leases, parked tasks, workers and dead letters, with
// the meaning they have in Redis. For tests. Members are guarded by `mutex`; whoever changes
// something that a fetch may wait for notifies `changed`.
struct MemoryQueues {
    struct Lease {
        std::string message, list, worker;
        TimePoint renewed{};
        bool parked = false;
    };
    struct Worker {
        bool dead = false;  // a test says so: the next beat of another one is told
        std::set<std::string> queues;
    };
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::deque<std::string>> lists;               // front: runs next
    std::map<std::string, Lease> leases;                                // by tag
    std::map<std::string, std::map<std::string, std::string>> started;  // worker → tag → note
    std::map<std::string, Worker> workers;
    std::map<std::string, int> deaths;
    std::vector<DeadLetter> dead_letters;
    // Of memory_fanout: who listens to what, and what has come for him.
    struct Listener {
        std::vector<std::pair<std::string, std::string>> subscriptions;  // exchange, key
        std::vector<std::string> come;
        bool interrupted = false;
        bool hears(const std::string& exchange, const std::string& key) const;
    };
    std::map<const void*, Listener> listeners;
    std::set<std::tuple<std::string, std::string, std::string>> bindings;  // exchange, key, queue
    std::vector<std::string> revoked;                                      // oldest first
    std::uint64_t next_letter = 1;
    std::uint64_t next_tag = 100'000'000'000;

    void push(const std::string& list, std::string message);  // as a producer does
    void kill(const std::string& worker);                     // it has stopped beating
};

// Broker, Leases and DeadLetters over one MemoryQueues. Priorities are not kept apart.
class MemoryTransport final : public Transport {
public:
    MemoryTransport(
        std::shared_ptr<MemoryQueues> queues,
        std::string worker,
        std::vector<std::string> accept = {"json"},
        int max_deliveries = 3
    );
    std::unique_ptr<Broker> broker() override;
    std::unique_ptr<Leases> leases() override;
    std::unique_ptr<DeadLetters> dead_letters() override;
    std::unique_ptr<Fanout> fanout() override;
    std::unique_ptr<Revocations> revocations() override;

private:
    std::shared_ptr<MemoryQueues> queues_;  // shared with all twins and the test
    std::string worker_;
    std::vector<std::string> accept_;
    int max_deliveries_;
};

}  // namespace taskworker
