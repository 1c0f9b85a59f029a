#include "ledger/memory_ledger.hpp"

#include <chrono>

namespace taskworker {

std::vector<Refusal> MemoryLedger::apply_for(
    const std::string& dead_worker, std::span<const Entry> batch
) {
    const std::lock_guard lock(queues_->mutex);
    std::vector<Refusal> refusals;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        bool ours = false;
        if (const auto* start = std::get_if<Start>(&batch[i])) ours = begin(dead_worker, *start);
        if (const auto* progress = std::get_if<Progress>(&batch[i]))
            ours = note(dead_worker, *progress);
        if (const auto* sending = std::get_if<Sending>(&batch[i]))
            ours = send(dead_worker, *sending);
        if (const auto* settlement = std::get_if<Settlement>(&batch[i]))
            ours = end(dead_worker, *settlement);
        if (!ours) refusals.push_back({.index = i});
    }
    queues_->changed.notify_all();
    return refusals;
}

bool MemoryLedger::held(const std::string& worker, const std::string& tag) const {
    const auto marks = queues_->started.find(worker);
    return queues_->leases.contains(tag) ||
           (marks != queues_->started.end() && marks->second.contains(tag));
}

bool MemoryLedger::begin(const std::string& worker, const Start& start) {
    if (!held(worker, start.tag)) return false;
    queues_->leases.erase(start.tag);
    queues_->started[worker][start.tag] = start.note;
    return true;
}

bool MemoryLedger::note(const std::string& worker, const Progress& progress) {
    if (!held(worker, progress.tag)) return false;
    results_->store(progress.record);
    return true;
}

bool MemoryLedger::send(const std::string& worker, const Sending& sending) {
    if (!held(worker, sending.tag)) return false;
    for (const auto& outgoing : sending.publish)
        queues_->lists[outgoing.queue].push_back(outgoing.envelope);
    return true;
}

bool MemoryLedger::end(const std::string& worker, const Settlement& settlement) {
    if (!held(worker, settlement.tag)) return false;
    queues_->leases.erase(settlement.tag);
    if (const auto marks = queues_->started.find(worker); marks != queues_->started.end()) {
        marks->second.erase(settlement.tag);
        if (marks->second.empty()) queues_->started.erase(marks);
    }
    for (const auto& outgoing : settlement.publish)
        queues_->lists[outgoing.queue].push_back(outgoing.envelope);
    auto& list = queues_->lists[settlement.list];
    if (settlement.disposition == Disposition::Requeue) list.push_back(settlement.message);
    if (settlement.disposition == Disposition::HandBack) list.push_front(settlement.message);
    if (settlement.disposition == Disposition::DeadLetter)
        queues_->dead_letters.push_back(
            {.message = settlement.message,
             .queue = settlement.list,
             .reason = settlement.dead_letter_reason,
             .worker = worker_,
             .task_id = settlement.task_id,
             .at = std::chrono::system_clock::now()}
        );
    if (settlement.store) results_->store(*settlement.store);
    for (const auto& record : settlement.also_store) results_->store(record);
    return true;
}

}  // namespace taskworker
