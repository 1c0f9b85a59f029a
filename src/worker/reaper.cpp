#include "worker/reaper.hpp"

#include <vector>

#include "base/log.hpp"
#include "lifecycle/lost.hpp"

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
    const Moment moment{with_.clock.now(), luck, with_.node, with_.settings};
    std::vector<Entry> lost, poisoned;
    for (const auto& start : report.started)
        if (auto settlement = settle_lost_start(start.tag, start.note, moment))
            lost.emplace_back(std::move(*settlement));
    for (const auto& delivery : report.poisoned)
        poisoned.emplace_back(
            settle_poisoned(delivery, with_.app.find(delivery.request.task), moment)
        );
    const auto tell = [&](std::span<const Entry> entries) {
        for (const auto& entry : entries)
            for (const auto& event : std::get<Settlement>(entry).events) with_.observer.on(event);
    };
    if (!lost.empty()) with_.ledger.apply_for(worker, lost);
    if (!poisoned.empty()) with_.ledger.apply(poisoned);
    tell(lost);
    tell(poisoned);
}

}  // namespace taskworker
