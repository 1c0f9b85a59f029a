#include "broker/served_lists.hpp"

#include <algorithm>

#include "message/python_json.hpp"

namespace taskworker {

using Order = TransportOptions::QueueOrder;

ServedLists::ServedLists(
    const RedisKeys& keys, Order order, std::string worker, std::map<std::string, double> weights
)
    : keys_(keys), order_(order), worker_(std::move(worker)), weights_(std::move(weights)) {}

double ServedLists::weight_of(const std::string& queue) const {
    const auto found = weights_.find(queue);
    return found == weights_.end() ? 1 : found->second;
}

std::size_t ServedLists::index_of(const std::string& queue, const std::string& list) {
    for (std::size_t i = 0; i < all_.size(); ++i)
        if (all_[i].list == list) return i;
    std::string tail = ",\"\",";
    write_json_string(tail, queue);
    tail += ']';
    all_.push_back(
        {list,
         keys_.key(list),
         queue,
         std::move(tail),
         keys_.claim_inbox(worker_, list),
         keys_.wait_inbox(worker_, list)}
    );
    return all_.size() - 1;
}

void ServedLists::serve(const std::vector<std::string>& queues) {
    queues_ = queues;
    auto ordered = queues;
    if (order_ == Order::Sorted) std::sort(ordered.begin(), ordered.end());
    cycle_.clear();
    for (const auto& queue : ordered) {
        cycle_.push_back({.lists = {}, .due = now_});
        for (const auto& list : keys_.lists(queue))
            cycle_.back().lists.push_back(index_of(queue, list));
    }
}

void ServedLists::delivered(std::size_t list, std::size_t n) {
    const auto at = std::find_if(cycle_.begin(), cycle_.end(), [&](const Turn& turn) {
        return std::find(turn.lists.begin(), turn.lists.end(), list) != turn.lists.end();
    });
    if (at == cycle_.end()) return;
    if (order_ == Order::RoundRobin) std::rotate(at, at + 1, cycle_.end());
    if (order_ == Order::Weighted) {  // start-time fair queueing
        now_ = std::max(now_, at->due);
        at->due = now_ + static_cast<double>(n) / weight_of(all_[list].queue);
    }
}

std::vector<std::size_t> ServedLists::in_order() const {
    std::vector<const Turn*> turns;
    for (const auto& turn : cycle_) turns.push_back(&turn);
    if (order_ == Order::Weighted)
        std::stable_sort(turns.begin(), turns.end(), [](const Turn* a, const Turn* b) {
            return a->due < b->due;
        });
    std::vector<std::size_t> result;
    for (std::size_t step = 0; step < keys_.steps().size(); ++step)
        for (const auto* turn : turns) result.push_back(turn->lists[step]);
    return result;
}

std::vector<std::string> ServedLists::names() const {
    std::vector<std::string> result;
    for (auto index : in_order()) result.push_back(all_[index].list);
    return result;
}

std::size_t ServedLists::per_step() const {
    return order_ == Order::RoundRobin ? std::max<std::size_t>(1, cycle_.size()) : 1;
}

}  // namespace taskworker
