#include "worker/reaper.hpp"

#include <utility>
#include <vector>

#include "base/log.hpp"
#include "lifecycle/lost.hpp"
#include "task/errback_call.hpp"

namespace taskworker {

Reaper::Done Reaper::reap(const std::string& worker) {
    const auto report = with_.leases.reap(worker);
    const Done done{report.handed_back, report.started.size(), report.poisoned.size()};
    if (done.handed_back + done.lost + done.poisoned > 0)
        log::warning(
            "keeper: worker {} is dead: {} message(s) handed back, {} begun and lost, {} died too "
            "often",
            worker,
            done.handed_back,
            done.lost,
            done.poisoned
        );
    settle(worker, report);
    return done;
}

void Reaper::settle(const std::string& worker, const ReapReport& report) {
    auto luck = luck_.draw();
    const Moment moment{with_.clock.now(), luck, with_.node, with_.settings, errbacks_in(with_.app)};
    std::vector<Entry> lost, poisoned;
    for (const auto& start : report.started)
        if (auto settlement = settle_lost_start(start.tag, start.note, moment))
            lost.emplace_back(std::move(*settlement));
    for (const auto& delivery : report.poisoned)
        poisoned.emplace_back(
            settle_poisoned(delivery, with_.app.find(delivery.request.task), moment)
        );
    if (!lost.empty()) tell(lost, with_.ledger.apply_for(worker, lost));
    if (!poisoned.empty()) tell(poisoned, with_.ledger.apply(poisoned));
}

// What had no effect has not happened: lost means that somebody else was faster.
void Reaper::tell(std::span<const Entry> ends, std::span<const Refusal> refusals) {
    std::vector<bool> refused(ends.size(), false);
    for (const auto& refusal : refusals) {
        refused.at(refusal.index) = true;
        if (!refusal.lost)
            log::error(
                "keeper: Redis refused the end of task {} of a dead worker: {}",
                std::get<Settlement>(ends[refusal.index]).task_id,
                refusal.why
            );
    }
    for (std::size_t i = 0; i < ends.size(); ++i)
        if (!refused[i]) follow(std::get<Settlement>(ends[i]));
    auto chords = with_.ledger.complete_chords();
    if (!chords.empty() && with_.then.chords_complete)
        with_.then.chords_complete(std::move(chords));
}

void Reaper::follow(const Settlement& end) {
    for (const auto& event : end.events) with_.observer.on(event);
    if (!end.run_in_pool.empty() && with_.then.run) with_.then.run(end.run_in_pool);
}

}  // namespace taskworker
