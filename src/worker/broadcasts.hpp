#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "broker/fanout.hpp"
#include "message/queue_table.hpp"
#include "worker/persistent_loop.hpp"

namespace taskworker {

// What comes by one broadcast queue is copied into a list of this worker alone, from which the
// consumer takes it as from any other: leases, ETAs, rate limits and ends are the same for all
// messages. A thread of its own. What is sent while nobody listens is missed, as in kombu.
class Broadcast {
public:
    Broadcast(
        std::unique_ptr<Fanout> fanout, const Clock& clock, QueueSpec queue, std::string list
    );
    ~Broadcast() { stop(); }

    void start(
    );            // empties the list of an earlier life and listens, at once if the broker is there
    void stop();  // listens no more; what is in the list stays
    void forget();  // deletes the list

    const std::string& list() const { return list_; }

private:
    void listen();
    void run();
    void step(SteadyPoint until);

    const std::unique_ptr<Fanout> fanout_;
    const Clock& clock_;
    const QueueSpec queue_;
    const std::string list_;
    std::vector<std::string> come_;  // not yet in the list
    bool cleared_ = false;
    PersistentLoop loop_{"broadcasts"};
    std::thread thread_;
};

// All broadcast queues of a worker. Thread-safe.
class Broadcasts {
public:
    using MakeFanout = std::function<std::unique_ptr<Fanout>()>;
    Broadcasts(MakeFanout make, const Clock& clock, std::string node)
        : make_(std::move(make)), clock_(clock), node_(std::move(node)) {}

    // Listens from now on. The list to consume.
    std::string add(const QueueSpec& queue);
    // The list that nobody fills any more; empty: no broadcast queue that is listened to.
    std::string cancel(const std::string& queue);
    void stop();
    // The worker ends: what of it had not begun is over, as in Celery.
    void forget();

private:
    const MakeFanout make_;
    const Clock& clock_;
    const std::string node_;
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Broadcast>> by_queue_;  // guarded by mutex_
};

}  // namespace taskworker
