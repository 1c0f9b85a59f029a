#include "worker/consumer.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "base/url.hpp"
#include "lifecycle/admit.hpp"
#include "lifecycle/events.hpp"
#include "lifecycle/prefetch.hpp"
#include "task/options.hpp"
#include "taskworker/errors.hpp"
#include "worker/tell.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kParkFrom = Seconds(2);  // what is due sooner waits in memory
constexpr std::size_t kMostInMemory = 5'000;
constexpr auto kLongestSleep = 10s, kScaleLook = 1s, kLateEcho = 40s;
constexpr auto kLook = 1s;  // for parked tasks that are due and found no room
// Who parks looks in time itself: these are looks for what others have parked and cannot take.
constexpr auto kLookForAny = 15s;
constexpr std::size_t kDueAtOnce = 256;
constexpr auto kAskAgain = std::chrono::seconds(4);
// Half the time after which others think a silent worker dead: older than this, we ask before we
// begin.
constexpr auto kStaleRenewal = 4s;

TaskOptions with_limits(TaskOptions options, const TaskOverride::Limits& limits) {
    options.time_limit = limits.hard;
    options.soft_time_limit = limits.soft;
    return options;
}

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

Consumer::Consumer(ConsumerParts parts) : with_(parts) {}

Consumer::~Consumer() { stop(); }

void Consumer::start(std::vector<std::string> queues) {
    serve(std::move(queues));
    thread_ = std::thread([this] { run(); });
}

void Consumer::serve(std::vector<std::string> queues) {
    with_.broker.subscribe(queues);
    queues_ = std::move(queues);
    with_.served.set(queues_);
}

void Consumer::post(Mail mail) {
    mailbox_.post(std::move(mail));
    with_.broker.interrupt();
}

void Consumer::room_freed() {
    if (hungry_.exchange(false)) with_.broker.interrupt();
}

void Consumer::room_changed() {
    hungry_ = false;
    with_.broker.interrupt();
}

void Consumer::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    post(StopConsuming{});
    thread_.join();
}

void Consumer::run() {
    name_this_thread("consumer");
    while (!stopping_) {
        last_turn_ = with_.clock.ticks().time_since_epoch().count();
        try {
            step();
            if (backoff_.failing())
                log::info("Connected to {}", shown_url(with_.settings.broker_url));
            backoff_.reset();
        } catch (const Error& error) {
            lost_connection(error.what());
        }
    }
    give_up_what_waits();
}

void Consumer::step() {
    read_mail();
    if (stopping_) return;
    hand_back_unknown();
    take_due_from_memory();
    claim_due_from_redis();
    submit();
    scale();
    const auto space = room();
    hungry_ = space == 0;
    // Asked again after the flag is up: what was settled in between has not seen it.
    const auto now_free = hungry_ ? room() : space;
    if (now_free > 0) hungry_ = false;
    has_room_ = now_free > 0;
    auto fetched = with_.broker.fetch(now_free, wake_at());
    hungry_ = false;
    fetched_ += fetched.size();
    last_fetch_ = with_.clock.ticks().time_since_epoch().count();
    admit_fetched(std::move(fetched));
    submit();
    scale();
}

void Consumer::read_mail() {
    for (auto& mail : mailbox_.take()) {
        std::visit(
            Overloaded{
                [&](StopConsuming&) { stopping_ = true; },
                [&](AddConsumer& add) {
                    if (std::find(queues_.begin(), queues_.end(), add.queue) != queues_.end())
                        return;
                    auto more = queues_;
                    more.push_back(add.queue);
                    serve(std::move(more));
                    log::info("Started consuming from {}", add.queue);
                },
                [&](CancelConsumer& cancel) {
                    auto fewer = queues_;
                    if (std::erase(fewer, cancel.queue) > 0) serve(std::move(fewer));
                },
                [&](Reconnect&) {
                    with_.broker.reconnect();
                    audits_ = {with_.clock.ticks(), with_.clock.ticks() + kLateEcho};
                }},
            mail
        );
    }
}

std::size_t Consumer::room() const {
    const auto& settings = with_.settings;
    return prefetch_room(
        settings.worker_disable_prefetch ? std::optional(1) : settings.worker_prefetch_multiplier,
        with_.autoscaler ? with_.autoscaler->bounds().max : with_.pool.slots(),
        {.in_hand = with_.held.in_hand() + rate_queue_.size(), .settling = with_.held.settling()},
        with_.finisher.average_runtime()
    );
}

SteadyPoint Consumer::wake_at() const {
    const auto now = with_.clock.ticks();
    auto wake = std::min(now + (with_.autoscaler ? kScaleLook : kLongestSleep), next_look_);
    if (!audits_.empty()) wake = std::min(wake, audits_.front());
    for (const auto* queue : {&eta_queue_, &rate_queue_}) {
        if (const auto due = queue->next_due()) {
            const auto wait =
                std::chrono::duration_cast<SteadyPoint::duration>(*due - with_.clock.now());
            wake = std::min(wake, now + std::max(wait, SteadyPoint::duration(0)));
        }
    }
    return wake;
}

void Consumer::admit_fetched(std::vector<Fetched> fetched) {
    if (!fetched.empty()) with_.work_came();
    for (auto& item : fetched) {
        if (auto* discarded = std::get_if<DiscardedMessage>(&item)) {
            with_.observer.on(discarded_event(*discarded, with_.clock.now()));
            continue;
        }
        auto& delivery = std::get<std::shared_ptr<const Delivery>>(item);
        with_.held.add(delivery, with_.clock.now());
        with_.observer.on(
            received_event(*delivery, with_.clock.now(), with_.app.find(delivery->request.task))
        );
        tell(with_.app, task_received, delivery->request);
        admit_one(std::move(delivery));
    }
}

bool Consumer::is_over(const std::shared_ptr<const Delivery>& delivery) {
    const auto& request = delivery->request;
    if (!request.delivery_info.redelivered) return false;
    if (with_.clock.ticks() < ends_away_until_) {
        eta_queue_.add(with_.clock.now() + kAskAgain, delivery);
        return true;
    }
    try {
        if (!with_.ends.retell(request.id)) return false;
    } catch (const Error& error) {
        log::warning("consumer: has {} ended before? {}. Asking again.", request.id, error.what());
        // A server that swallows packets costs a second: once, not for each message.
        ends_away_until_ = with_.clock.ticks() + kAskAgain;
        eta_queue_.add(with_.clock.now() + kAskAgain, delivery);
        return true;
    }
    log::info(
        "Task {}[{}] was redelivered, but its end is stored: acknowledged, not run again",
        request.display_name(),
        request.id
    );
    with_.finisher.acknowledge(*delivery);
    return true;
}

void Consumer::admit_one(std::shared_ptr<const Delivery> delivery) {
    if (is_over(delivery)) return;
    const auto* task = with_.app.find(delivery->request.task);
    const auto now = with_.clock.now();
    const auto admission =
        admit(delivery->request, task, with_.revoked.contains(*delivery, with_.clock.ticks()), now);
    if (const auto* refuse = std::get_if<Refuse>(&admission)) {
        with_.finisher.refuse(*delivery, task, refuse->outcome);
    } else if (const auto* wait = std::get_if<Hold>(&admission)) {
        hold(std::move(delivery), wait->until);
    } else if (is_duplicate(*delivery, *task)) {
        with_.finisher.drop_duplicate(*delivery);
    } else {
        const auto changed = with_.overrides.find(task->name);
        const auto rate = changed && changed->rate_limit ? *changed->rate_limit
                                                         : rate_limit_of(*task, with_.settings);
        if (rate.per_second() > 0) {
            auto& limiter = rate_limiters_.try_emplace(task->name, rate).first->second;
            if (limiter.limit() != rate) limiter.set(rate);
            if (const auto again = limiter.take(now))
                return wait_for_rate(std::move(delivery), *again);
        }
        const auto options = changed && changed->limits
                                 ? resolve(
                                       with_limits(task->options, *changed->limits),
                                       delivery->request,
                                       with_.settings
                                   )
                                 : resolve(task->options, delivery->request, with_.settings);
        ready_.push_back(
            {.delivery = std::move(delivery),
             .task = task,
             .hard_limit = options.time_limit,
             .soft_limit = options.soft_time_limit}
        );
    }
}

void Consumer::hold(std::shared_ptr<const Delivery> delivery, TimePoint until) {
    if (until - with_.clock.now() > kParkFrom || eta_queue_.size() >= most_in_memory()) {
        to_park_.push_back({delivery->tag, until});
    } else {
        eta_queue_.add(until, std::move(delivery));
    }
}

std::size_t Consumer::most_in_memory() const {
    const auto limit = with_.settings.worker_eta_task_limit;
    return limit ? std::min(static_cast<std::size_t>(*limit), kMostInMemory) : kMostInMemory;
}

// Delivered again, acknowledged late: its first run may have ended well and only the ack was lost
// (celery/app/trace.py: deduplicate_successful_tasks). Whoever cannot tell lets it run.
bool Consumer::is_duplicate(const Delivery& delivery, const TaskDef& task) {
    if (!with_.settings.worker_deduplicate_successful_tasks) return false;
    if (!delivery.request.delivery_info.redelivered) return false;
    if (!resolve(task.options, delivery.request, with_.settings).acks_late) return false;
    try {
        return with_.ends.succeeded(delivery.request.id);
    } catch (const Error& error) {
        log::warning("consumer: {}. Running task {} once more.", error.what(), delivery.request.id);
        return false;
    }
}

void Consumer::scale() {
    if (!with_.autoscaler) return;
    const auto slots = with_.pool.slots();
    const auto in_hand = with_.held.in_hand();
    const auto wanted = with_.autoscaler->decide(in_hand, slots, with_.clock.ticks());
    if (!wanted) return;
    const bool up = *wanted > slots;
    log::info(
        "Scaling {} {} processes.", up ? "up" : "down", up ? *wanted - slots : slots - *wanted
    );
    with_.pool.resize(*wanted);
}

// Unlike tasks that wait for their ETA these count for the prefetch: else a slow rate would draw
// the whole queue into memory.
void Consumer::wait_for_rate(std::shared_ptr<const Delivery> delivery, TimePoint until) {
    if (until - with_.clock.now() > kParkFrom) {
        to_park_.push_back({delivery->tag, until});
    } else {
        rate_queue_.add(until, std::move(delivery));
    }
}

void Consumer::take_due_from_memory() {
    const auto now = with_.clock.now();
    for (auto* queue : {&eta_queue_, &rate_queue_})
        for (auto& delivery : queue->pop_due(now)) admit_one(std::move(delivery));
}

// The first one that is due may be of a queue that nobody serves: it must not hide the others, nor
// make us look without a pause.
void Consumer::claim_due_from_redis() {
    const auto now = with_.clock.ticks();
    if (now < next_look_) return;
    const auto due = with_.leases.next_due();
    next_look_ = now + kLookForAny;
    if (!due) return;
    if (look_no_later_than(*due)) return;
    next_look_ = now + kLook;
    const auto space = room();
    if (space == 0) return;
    auto claimed = with_.leases.claim_due(with_.clock.now(), std::min(space, kDueAtOnce));
    if (!claimed.empty()) next_look_ = now;
    admit_fetched(std::move(claimed));
}

// False: it is time already.
bool Consumer::look_no_later_than(TimePoint due) {
    const auto wait = std::min<Seconds>(due - with_.clock.now(), kLookForAny);
    next_look_ = std::min(
        next_look_, with_.clock.ticks() + std::chrono::duration_cast<SteadyPoint::duration>(wait)
    );
    return wait > Seconds(0);
}

// What was decided goes out. If Redis fails in between, it stays and goes out in the next step.
void Consumer::submit() {
    if (!to_park_.empty()) {
        with_.leases.park(to_park_);
        std::vector<std::string> parked;
        for (const auto& parking : to_park_) {
            parked.push_back(parking.tag);
            look_no_later_than(parking.due);
        }
        with_.held.remove(parked);
        to_park_.clear();
    }
    if (ready_.empty()) return;
    if (with_.clock.ticks() - with_.held.last_renewal() > kStaleRenewal) drop_lost();
    std::erase_if(ready_, [&](const Job& job) {
        const std::string& tag = job.delivery->tag;
        if (with_.held.reserve(tag)) return false;
        with_.held.remove(std::span(&tag, 1));
        return true;
    });
    if (!ready_.empty()) with_.pool.submit(std::exchange(ready_, {}));
}

// We were stopped (a paused machine, swap) or Redis was away: others may have taken what we hold.
void Consumer::drop_lost() {
    std::vector<std::string> tags;
    tags.reserve(ready_.size());
    for (const auto& job : ready_) tags.push_back(job.delivery->tag);
    const auto gone = with_.leases.extend(tags, with_.clock.now());
    std::erase_if(ready_, [&](const Job& job) {
        return std::find(gone.begin(), gone.end(), job.delivery->tag) != gone.end();
    });
    with_.held.remove(gone);
}

// Who loses the answer to a registration or to a claim of parked tasks holds what it does not know.
// Twice: what a dead connection had sent may reach Redis later.
void Consumer::hand_back_unknown() {
    const auto now = with_.clock.ticks();
    if (audits_.empty() || audits_.front() > now) return;
    const auto n = with_.leases.hand_back_unknown([&](const std::string& tag) {
        return with_.held.find(tag) != nullptr;
    });
    if (n > 0)
        log::warning(
            "consumer: {} message(s) were leased to us by an answer that got lost: handed back.", n
        );
    audits_.erase(audits_.begin());
}

}  // namespace taskworker
