#include "observe/event_publisher.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <utility>

#include "base/log.hpp"
#include "message/plain_message.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kPerMessage = 24;  // dispatcher.py: buffer_limit
constexpr std::size_t kPerRound = 480;
constexpr auto kTryAgain = 1s;
constexpr int kUnheard = 3;  // heartbeats in one while nobody listens

// celery/utils/time.py: utcoffset. Daylight aware, rounded towards the east as `//` does.
int hours_west() {
    const auto now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    const auto west = -local.tm_gmtoff;
    return static_cast<int>(west >= 0 ? west / 3600 : -((-west + 3599) / 3600));
}

std::string headers_of(const std::string& node) { return to_json_text(Json{{"hostname", node}}); }

}  // namespace

EventPublisher::EventPublisher(EventPublisherParts parts)
    : with_(std::move(parts)), headers_(headers_of(with_.node)) {}

EventPublisher::~EventPublisher() { stop(); }

void EventPublisher::on(const Event& event) {
    if (!event.sent || !with_.groups.tasks() || !celery_type(event)) return;
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMostWaiting) {
        waiting_.pop_front();
        ++dropped_;
    }
    waiting_.push_back(event);
    if (waiting_.size() == 1) wake_.notify_one();
}

void EventPublisher::start() {
    thread_ = std::thread([this] { run(); });
}

void EventPublisher::beat() {
    const std::lock_guard lock(mutex_);
    asked_ = true;
    wake_.notify_one();
}

std::size_t EventPublisher::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

void EventPublisher::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

// False: the end.
bool EventPublisher::wait(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        if (stopping_) return false;
        const auto now = with_.clock.ticks();
        const bool work = !waiting_.empty() || asked_ || now >= next_beat_;
        if (work && now >= not_before_) return true;
        const auto until = work ? not_before_ : next_beat_;
        if (until == SteadyPoint::max()) {
            wake_.wait(lock);
        } else {
            wake_.wait_until(lock, until);
        }
    }
}

void EventPublisher::run() {
    const auto interval = with_.heartbeat.value_or(Seconds(2));
    if (with_.heartbeat) {
        send({news("worker-online", interval.count(), true)});
        next_beat_ = with_.clock.ticks();
    }
    std::unique_lock lock(mutex_);
    for (bool more = true; more || !waiting_.empty();) {
        more = wait(lock);
        std::vector<Event> events;
        const auto end =
            waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(kPerRound, waiting_.size()));
        std::move(waiting_.begin(), end, std::back_inserter(events));
        waiting_.erase(waiting_.begin(), end);
        const bool asked = std::exchange(asked_, false);
        const bool due = with_.clock.ticks() >= next_beat_;
        if (due) last_beat_ = with_.clock.ticks();
        lock.unlock();
        auto messages = encode(std::move(events));
        // control.py: heartbeat says 5 and nothing of the load.
        if (asked) messages.push_back(news("worker-heartbeat", 5, false));
        if (due && more) messages.push_back(news("worker-heartbeat", interval.count(), true));
        const bool sent = send(messages);
        lock.lock();
        if (with_.heartbeat) next_beat_ = last_beat_ + pause();
        not_before_ = sent ? SteadyPoint{} : with_.clock.ticks() + kTryAgain;
        if (!sent) dropped_ += messages.size();
        if (!sent && !more) return;
    }
    lock.unlock();
    if (with_.heartbeat) send({news("worker-offline", interval.count(), true)});
}

// Until the next heartbeat. Whoever begins to listen hears of us by the next of the rare ones at
// the latest, and from then on as often as we say that we beat.
SteadyPoint::duration EventPublisher::pause() const {
    return std::chrono::duration_cast<SteadyPoint::duration>(
        *with_.heartbeat * (heard_ ? 1 : kUnheard)
    );
}

EventPublisher::Sendings EventPublisher::encode(std::vector<Event> events) {
    const EventSender sender{with_.node, hours_west(), ::getpid()};
    Sendings messages;
    std::string body;
    std::size_t count = 0;
    const auto finish = [&] {
        if (count == 0) return;
        messages.push_back(envelope("[" + std::exchange(body, {}) + "]", "task.multi"));
        count = 0;
    };
    for (const auto& event : events) {
        const auto before = body.size();
        if (count > 0) body += ", ";
        if (!write_task_event(body, event, sender, with_.lamport.forward())) {
            body.resize(before);
            continue;
        }
        if (++count == kPerMessage) finish();
    }
    finish();
    return messages;
}

Fanout::Sending EventPublisher::envelope(std::string body, std::string_view key) {
    return {
        .exchange = with_.exchange,
        .key = std::string(key),
        .envelope = encode_plain(
            {.body = body,
             .headers = headers_,
             .exchange = with_.exchange,
             .routing_key = key,
             .delivery_tag = luck_.uuid()}
        )};
}

Fanout::Sending EventPublisher::news(std::string_view type, double freq, bool with_load) {
    WorkerNews news{.type = type, .at = with_.clock.now(), .freq = freq, .load = {}};
    if (with_load) {
        news.load = with_.load ? with_.load() : WorkerNews::Load{};
        ::getloadavg(news.load->averages, 3);
        for (auto& average : news.load->averages) average = std::round(average * 100) / 100;
    }
    std::string body;
    write_worker_event(body, news, {with_.node, hours_west(), ::getpid()}, with_.lamport.forward());
    return envelope(std::move(body), event_routing_key(type));
}

bool EventPublisher::send(const Sendings& messages) {
    try {
        const auto heard = with_.fanout.publish(messages);
        if (!messages.empty()) heard_ = heard > 0;
        if (std::exchange(failing_, false)) log::info("events: Redis is back.");
        return true;
    } catch (const Error& error) {
        if (!std::exchange(failing_, true))
            log::warning("events: {}. Events are dropped until it is back.", error.what());
        return false;
    }
}

}  // namespace taskworker
