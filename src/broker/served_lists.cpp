#include "broker/served_lists.hpp"

#include <algorithm>

#include "message/python_json.hpp"

namespace taskworker {

using Order = TransportOptions::QueueOrder;

ServedLists::ServedLists(const RedisKeys& keys, Order order, std::string worker)
    : keys_(keys), order_(order), worker_(std::move(worker)) {}

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
        cycle_.emplace_back();
        for (const auto& list : keys_.lists(queue)) cycle_.back().push_back(index_of(queue, list));
    }
}

void ServedLists::delivered(std::size_t list) {
    if (order_ != Order::RoundRobin) return;
    for (auto it = cycle_.begin(); it != cycle_.end(); ++it) {
        if (std::find(it->begin(), it->end(), list) == it->end()) continue;
        std::rotate(it, it + 1, cycle_.end());
        return;
    }
}

std::vector<std::size_t> ServedLists::in_order() const {
    std::vector<std::size_t> result;
    for (std::size_t step = 0; step < keys_.steps().size(); ++step)
        for (const auto& lists : cycle_) result.push_back(lists[step]);
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
