#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/lamport_clock.hpp"
#include "base/moment.hpp"
#include "broker/fanout.hpp"
#include "message/event_text.hpp"
#include "observe/event_groups.hpp"
#include "observe/observer.hpp"

namespace taskworker {

struct EventPublisherParts {
    Fanout& fanout;  // the publisher's own
    const EventGroups& groups;
    LamportClock& lamport;
    const Clock& clock;
    std::string node;
    std::string exchange = "celeryev";
    std::optional<Seconds> heartbeat = Seconds(2);  // none: neither heartbeat, online nor offline
    std::function<WorkerNews::Load()> load = {};    // active and processed
};

// Sends celeryev what happens here (celery/events/dispatcher.py, celery/worker/heartbeat.py). on()
// puts an event into a bounded buffer and returns; a thread sends all that is there in one round
// trip, so batches form by themselves under load. Is the broker slow or away the buffer drops its
// oldest: nothing waits for a monitor. While nobody listens heartbeats are rare.
class EventPublisher final : public Observer {
public:
    static constexpr std::size_t kMostWaiting = 10'000;

    explicit EventPublisher(EventPublisherParts parts);
    ~EventPublisher() override;

    void on(const Event& event) override;  // any thread
    void start();                          // says worker-online
    void stop();                           // sends what is left, says worker-offline
    void beat();  // any thread: a heartbeat now, as remote control asks for
    std::size_t dropped() const;

private:
    using Sendings = std::vector<Fanout::Sending>;
    void run();
    bool wait(std::unique_lock<std::mutex>& lock);
    Sendings encode(std::vector<Event> events);
    Fanout::Sending envelope(std::string body, std::string_view key);
    SteadyPoint::duration pause() const;
    Fanout::Sending news(std::string_view type, double freq, bool with_load);
    bool send(const Sendings& messages);

    const EventPublisherParts with_;
    const std::string headers_;
    Luck luck_ = Luck::seeded_by_the_system();
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Event> waiting_;  // guarded by mutex_, as all below
    std::size_t dropped_ = 0;
    bool asked_ = false, stopping_ = false;
    SteadyPoint next_beat_ = SteadyPoint::max();
    SteadyPoint last_beat_{};
    SteadyPoint not_before_{};  // the broker is away: tried again then
    bool failing_ = false;      // of the thread alone, as the next
    bool heard_ = true;         // somebody listened when we spoke last
    std::thread thread_;
};

}  // namespace taskworker
