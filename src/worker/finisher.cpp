#include "worker/finisher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lifecycle/settle.hpp"
#include "lifecycle/start.hpp"
#include "message/publish.hpp"

namespace taskworker {
namespace {

bool acks_late(const TaskDef* task, const Settings& settings) {
    return task ? task->options.acks_late.value_or(settings.task_acks_late) : settings.task_acks_late;
}

Settlement handing_back(const Delivery& delivery, bool had_begun) {
    Settlement s;
    s.tag = delivery.tag;
    s.task_id = delivery.request.id;
    s.list = delivery.list;
    s.disposition = Disposition::HandBack;
    s.message = had_begun ? mark_redelivered(delivery.message.raw) : delivery.message.raw;
    return s;
}

}  // namespace

Finisher::Finisher(
    const Settings& settings, std::string node, const Clock& clock, Settler& settler, Held& held, Observer& observer
)
    : settings_(settings),
      node_(std::move(node)),
      clock_(clock),
      settler_(settler),
      held_(held),
      observer_(observer) {}

void Finisher::started(const Job& job, int pid, TimePoint at) {
    const auto& delivery = *job.delivery;
    held_.started(delivery.tag, pid, at, job.hard_limit);
    if (!acks_late(job.task, settings_)) settler_.push(start_of(delivery));
    if (tracks_started(delivery.request, *job.task, settings_))
        settler_.push(started_progress(delivery, pid, node_));
    observer_.on(started_event(delivery, pid, at));
}

void Finisher::finished(std::vector<Finished> batch) {
    auto luck = luck_.draw();
    const Moment moment{clock_.now(), luck, node_, settings_};
    std::vector<Settlement> settlements;
    settlements.reserve(batch.size());
    for (const auto& finished : batch) {
        held_.settling(finished.job.delivery->tag);
        remember_runtime(finished.runtime);
        settlements.push_back(settlement_of(finished, moment));
    }
    settler_.push(std::move(settlements));
}

Settlement Finisher::settlement_of(const Finished& finished, const Moment& moment) const {
    const auto& job = finished.job;
    if (going_down_ && finished.worker_lost && acks_late(job.task, settings_))
        return handing_back(*job.delivery, true);
    const Execution execution{
        .runtime = finished.runtime,
        .pid = finished.pid,
        .started = true,
        .worker_lost = finished.worker_lost,
        .timed_out = finished.timed_out};
    return settle(*job.delivery, job.task, finished.outcome, execution, moment);
}

void Finisher::remember_runtime(Seconds runtime) {
    // Lost updates between threads do not matter: it is an average.
    const double old = average_runtime_.load(std::memory_order_relaxed);
    const double next = old == 0 ? runtime.count() : old + (runtime.count() - old) / 16;
    average_runtime_.store(std::max(next, 1e-7), std::memory_order_relaxed);
}

void Finisher::state_changed(const Job& job, const std::string& state, std::string meta) {
    settler_.push(progress_of(*job.delivery, state, std::move(meta)));
}

void Finisher::event(Event event) { observer_.on(event); }

void Finisher::unstarted(std::vector<Job> jobs) {
    std::vector<std::shared_ptr<const Delivery>> deliveries;
    deliveries.reserve(jobs.size());
    for (auto& job : jobs) deliveries.push_back(std::move(job.delivery));
    hand_back(std::move(deliveries));
}

void Finisher::refuse(const Delivery& delivery, const TaskDef* task, const Outcome& outcome) {
    auto luck = luck_.draw();
    const Moment moment{clock_.now(), luck, node_, settings_};
    std::vector<Settlement> one;
    one.push_back(settle(delivery, task, outcome, Execution{}, moment));
    settler_.push(std::move(one));
}

// The newest first: each goes to the right end, where the oldest must be last to be next.
void Finisher::hand_back(std::vector<std::shared_ptr<const Delivery>> deliveries) {
    std::sort(deliveries.begin(), deliveries.end(), [](const auto& a, const auto& b) {
        return a->tag > b->tag;
    });
    std::vector<Settlement> settlements;
    settlements.reserve(deliveries.size());
    for (const auto& delivery : deliveries) settlements.push_back(handing_back(*delivery, false));
    settler_.push(std::move(settlements));
}

}  // namespace taskworker
