// The consumer when the broker is gone, and at its end: what becomes of what it has in hand.
#include <csignal>
#include <span>
#include <utility>
#include <variant>

#include "base/log.hpp"
#include "task/options.hpp"
#include "taskworker/errors.hpp"
#include "worker/consumer.hpp"

namespace taskworker {
namespace {

constexpr auto kSameLoss = std::chrono::seconds(5);

}  // namespace

void Consumer::lost_connection(const std::string& why) {
    audits_ = {with_.clock.ticks(), with_.clock.ticks() + kLateEcho};
    const auto wait = backoff_.next(luck_);
    if (backoff_.failures() == 1) {
        log::warning("consumer: Connection to broker lost. Trying to re-establish the connection..."
        );
        log::error("consumer: {}", why);
        if (with_.settings.worker_cancel_long_running_tasks_on_connection_loss) end_late_tasks();
    }
    mailbox_.wait_for(wait);
}

// Once for each time that the broker goes away: stale connections are found one after the other.
void Consumer::end_late_tasks() {
    const auto now = with_.clock.ticks();
    if (now < tasks_ended_ + kSameLoss) return;
    tasks_ended_ = now;
    for (const auto& entry : with_.held.snapshot()) {
        const auto& request = entry.delivery->request;
        const auto* task = with_.app.find(request.task);
        if (entry.stage != Inflight::Stage::Started || !task) continue;
        if (!resolve(task->options, request, with_.settings).acks_late) continue;
        log::warning(
            "Task {}[{}] cannot be acknowledged after a connection loss since late acknowledgement "
            "is enabled for it. Terminating it instead.",
            request.display_name(),
            request.id
        );
        with_.finisher.take_back(entry.delivery->tag);
        with_.pool.cancel(entry.delivery->tag, SIGTERM);
    }
}

void Consumer::give_up_what_waits() {
    auto back = eta_queue_.take_all();
    for (auto& delivery : rate_queue_.take_all()) back.push_back(std::move(delivery));
    for (auto& job : std::exchange(ready_, {})) back.push_back(std::move(job.delivery));
    for (const auto& parking : std::exchange(to_park_, {}))
        if (auto delivery = with_.held.find(parking.tag)) back.push_back(std::move(delivery));
    try {
        for (auto& item : with_.broker.unsubscribe())
            if (auto* delivery = std::get_if<std::shared_ptr<const Delivery>>(&item))
                back.push_back(std::move(*delivery));
    } catch (const Error& error) {
        log::warning(
            "consumer: {}. What had just arrived is found by the next worker.", error.what()
        );
    }
    if (!back.empty()) with_.finisher.hand_back(std::move(back));
}

}  // namespace taskworker
