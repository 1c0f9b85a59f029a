#include "worker/finisher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.hpp"
#include "lifecycle/duplicate.hpp"
#include "lifecycle/events.hpp"
#include "lifecycle/settle.hpp"
#include "lifecycle/start.hpp"
#include "lifecycle/treatment.hpp"
#include "message/publish.hpp"
#include "message/python_repr.hpp"
#include "pool/deadlines.hpp"
#include "worker/errback_jobs.hpp"
#include "worker/tell.hpp"

namespace taskworker {
namespace {

bool acks_late(const Job& job, const Settings& settings) {
    return treatment_of(job.delivery->request, job.task, settings).acks_late;
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

void errback_ended(const Finished& finished) {
    const auto* failure = std::get_if<Failure>(&finished.outcome);
    if (!failure) return;
    const auto& request = finished.job.delivery->request;
    log::error("errback {} for {} raised {}", request.task, request.id, python_repr(*failure));
}

}  // namespace

Finisher::Finisher(FinisherParts parts) : with_(std::move(parts)) {}

void Finisher::started(const Job& job, int pid, TimePoint at) {
    const auto& delivery = *job.delivery;
    if (is_errback(delivery)) return;
    const auto treatment = treatment_of(delivery.request, job.task, with_.settings);
    std::optional<SteadyPoint> ends_by;
    if (job.hard_limit) ends_by = later(with_.clock.ticks(), *job.hard_limit);
    with_.held.start(delivery.tag, pid, at, ends_by);
    if (!treatment.acks_late)
        with_.settler.push(BegunTask{job.delivery, job.task, &with_.settings});
    if (treatment.track_started) {
        auto luck = luck_.draw();
        with_.settler.push(started_progress(delivery, pid, moment(luck)));
    }
    with_.observer.on(started_event(delivery, pid, at, job.task));
}

void Finisher::finished(std::vector<Finished> batch, bool idle) {
    auto luck = luck_.draw();
    const auto now = moment(luck);
    std::vector<Settlement> settlements;
    settlements.reserve(batch.size());
    for (const auto& finished : batch) {
        if (is_errback(*finished.job.delivery)) {
            errback_ended(finished);
            continue;
        }
        with_.held.settle(finished.job.delivery->tag);
        remember_runtime(finished.runtime);
        settlements.push_back(settlement_of(finished, now));
    }
    with_.settler.push(std::move(settlements), idle ? Settler::By::Caller : Settler::By::Settler);
}

void Finisher::terminating(const std::string& tag, int signal) {
    const std::lock_guard lock(mutex_);
    signals_.insert_or_assign(tag, signal);
    terminated_ = true;
}

std::optional<int> Finisher::signal_of(const std::string& tag) {
    if (!terminated_) return std::nullopt;
    const std::lock_guard lock(mutex_);
    auto found = signals_.extract(tag);
    return found.empty() ? std::nullopt : std::optional(found.mapped());
}

Settlement Finisher::settlement_of(const Finished& finished, const Moment& now) {
    const auto& job = finished.job;
    const bool ended_by_us = going_down_ && finished.worker_lost && acks_late(job, with_.settings);
    const auto* revoked = std::get_if<Revoked>(&finished.outcome);
    if (ended_by_us || (is_taken_back(job.delivery->tag) && revoked)) {
        ++handed_back_;
        return handing_back(*job.delivery, true);
    }
    if (revoked) tell(with_.app, task_revoked, job.delivery->request);
    Execution execution{
        .runtime = finished.runtime,
        .pid = finished.pid,
        .process = finished.process,
        .started = true,
        .worker_lost = finished.worker_lost,
        .timed_out = finished.timed_out};
    if (with_children_ > 0) execution.children = take_children(job.delivery->tag);
    const auto signal = signal_of(job.delivery->tag);
    const bool cancelled = revoked && revoked->why == Revoked::Why::Terminated;
    if (cancelled && finished.pid == 0)  // it had not begun: nothing was there to be terminated
        return settle(*job.delivery, job.task, Revoked{Revoked::Why::Revoked}, {}, now);
    auto settlement = settle(*job.delivery, job.task, finished.outcome, execution, now);
    if (cancelled && signal)
        for (auto& event : settlement.events) event.fields["signum"] = *signal;
    for (auto& event : sent_events(settlement.publish))
        settlement.events.push_back(std::move(event));
    return settlement;
}

void Finisher::take_back(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    taken_back_.insert(tag);
}

bool Finisher::is_taken_back(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    return taken_back_.erase(tag) > 0;
}

void Finisher::drop_duplicate(const Delivery& delivery) {
    auto luck = luck_.draw();
    std::vector<Settlement> one;
    one.push_back(settle_duplicate(delivery, moment(luck)));
    with_.settler.push(std::move(one));
}

void Finisher::sent(const Job& job, Spawned spawned) {
    const auto& tag = job.delivery->tag;
    const bool errback = is_errback(*job.delivery);
    if (!errback && !spawned.children.empty()) {
        const std::lock_guard lock(mutex_);
        auto& all = children_[tag];
        if (!all.is_array()) all = Json::array();
        for (auto& child : spawned.children) all.push_back(std::move(child));
        with_children_ = children_.size();
    }
    for (const auto& event : sent_events(spawned.publish)) with_.observer.on(event);
    auto luck = luck_.draw();
    with_.settler.push(Sending{
        .tag = errback ? std::string() : tag,
        .once = luck.uuid(),
        .publish = std::move(spawned.publish),
        .groups = std::move(spawned.groups)});
}

bool Finisher::tells_sent() const {
    return with_.settings.task_send_sent_event || !with_.settings.worker_http.empty();
}

std::vector<Event> Finisher::sent_events(const std::vector<Outgoing>& messages) const {
    std::vector<Event> events;
    if (messages.empty() || !tells_sent()) return events;
    const auto now = with_.clock.now();
    for (const auto& message : messages) {
        auto event = sent_event(message, now);
        if (!event) continue;
        event->sent = with_.settings.task_send_sent_event;
        events.push_back(*std::move(event));
    }
    return events;
}

Json Finisher::take_children(const std::string& tag) {
    const std::lock_guard lock(mutex_);
    auto node = children_.extract(tag);
    with_children_ = children_.size();
    return node ? std::move(node.mapped()) : Json();
}

void Finisher::remember_runtime(Seconds runtime) {
    // Lost updates between threads do not matter: it is an average.
    const double old = average_runtime_.load(std::memory_order_relaxed);
    const double next = old == 0 ? runtime.count() : old + (runtime.count() - old) / 16;
    average_runtime_.store(std::max(next, 1e-7), std::memory_order_relaxed);
}

void Finisher::state_changed(const Job& job, const std::string& state, std::string meta) {
    if (is_errback(*job.delivery)) return;
    auto luck = luck_.draw();
    with_.settler.push(progress_of(*job.delivery, state, std::move(meta), moment(luck)));
}

void Finisher::failed(const std::string& why) { with_.pool_failed(why); }

void Finisher::abandon(const Inflight::Entry& entry, const TaskDef* task) {
    Finished lost{.job = {.delivery = entry.delivery, .task = task}, .worker_lost = true};
    lost.outcome = Failure{
        .type = "WorkerLostError",
        .module = "billiard.exceptions",
        .args = Json::array({"The worker was shut down before the task ended."}),
        .message = "The worker was shut down before the task ended."};
    std::vector<Finished> one;
    one.push_back(std::move(lost));
    finished(std::move(one), false);
}

void Finisher::event(Event event) { with_.observer.on(event); }

void Finisher::unstarted(std::vector<Job> jobs) {
    std::vector<std::shared_ptr<const Delivery>> deliveries;
    deliveries.reserve(jobs.size());
    for (auto& job : jobs) {
        if (is_errback(*job.delivery)) {
            log::warning(
                "errback {} for {} is not called: the worker stops",
                job.delivery->request.task,
                job.delivery->request.id
            );
            continue;
        }
        deliveries.push_back(std::move(job.delivery));
    }
    hand_back(std::move(deliveries));
}

void Finisher::refuse(const Delivery& delivery, const TaskDef* task, const Outcome& outcome) {
    if (std::holds_alternative<Revoked>(outcome)) tell(with_.app, task_revoked, delivery.request);
    if (std::holds_alternative<Unregistered>(outcome))
        tell(with_.app, task_unknown, delivery.request);
    auto luck = luck_.draw();
    std::vector<Settlement> one;
    one.push_back(settle(delivery, task, outcome, Execution{}, moment(luck)));
    with_.settler.push(std::move(one));
}

void Finisher::acknowledge(const Delivery& delivery) {
    Settlement ack;
    ack.tag = delivery.tag;
    ack.task_id = delivery.request.id;
    ack.list = delivery.list;
    std::vector<Settlement> one;
    one.push_back(std::move(ack));
    with_.settler.push(std::move(one));
}

// The newest first: each goes to the right end, where the oldest must be last to be next.
void Finisher::hand_back(std::vector<std::shared_ptr<const Delivery>> deliveries) {
    std::sort(deliveries.begin(), deliveries.end(), [](const auto& a, const auto& b) {
        return a->tag > b->tag;
    });
    std::vector<Settlement> settlements;
    settlements.reserve(deliveries.size());
    handed_back_ += deliveries.size();
    for (const auto& delivery : deliveries) settlements.push_back(handing_back(*delivery, false));
    with_.settler.push(std::move(settlements));
}

}  // namespace taskworker
