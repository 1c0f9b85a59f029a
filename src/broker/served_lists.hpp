#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "broker/presence.hpp"
#include "broker/redis_keys.hpp"

namespace taskworker {

// One list we take messages from, with all names that go with it.
struct ServedList {
    std::string list, key, queue;
    std::string entry_tail;  // of an entry in `unacked`: `,"","<queue>"]`
    std::string claim_inbox, wait_inbox;
};

// Which lists in which order: priority steps strictly, within a step as queue_order_strategy says
// (kombu/utils/scheduling.py), or by weight: then each backlogged queue gets its share of all
// messages, and one that was empty has no claim on what it did not use. Indices stay valid for
// ever: what lies in an inbox names its list by index, even when the queue is not served any more.
// Not thread-safe.
class ServedLists {
public:
    ServedLists(
        const RedisKeys& keys,
        TransportOptions::QueueOrder order,
        std::string worker,
        std::map<std::string, double> weights = {}
    );

    void serve(const std::vector<std::string>& queues);
    // A queue delivered n messages: it goes to the end of the cycle, or back by n / its weight.
    void delivered(std::size_t list, std::size_t n = 1);

    const ServedList& operator[](std::size_t index) const { return all_[index]; }
    std::size_t known() const { return all_.size(); }
    std::vector<std::size_t> in_order() const;  // of the served ones, the most urgent first
    std::vector<std::string> names() const;     // of the served ones
    const std::vector<std::string>& queues() const { return queues_; }
    // Lists that share the room of a claim with each other: 1 = each is strictly before the next.
    std::size_t per_step() const;

private:
    struct Turn {                        // of one queue
        std::vector<std::size_t> lists;  // by step
        double due = 0;                  // by weight: the smallest is next
    };
    std::size_t index_of(const std::string& queue, const std::string& list);
    double weight_of(const std::string& queue) const;

    const RedisKeys& keys_;
    TransportOptions::QueueOrder order_;
    std::string worker_;
    std::vector<ServedList> all_;
    std::vector<std::string> queues_;
    std::vector<Turn> cycle_;
    std::map<std::string, double> weights_;
    double now_ = 0;  // `due` of the queue that delivered last
};

}  // namespace taskworker
