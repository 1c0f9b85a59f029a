#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.hpp"
#include "broker/leases.hpp"
#include "ledger/ledger.hpp"
#include "lifecycle/fetch_watch.hpp"
#include "observe/observer.hpp"
#include "taskworker/app.hpp"
#include "worker/backoff_timer.hpp"
#include "worker/held.hpp"
#include "worker/luck_source.hpp"
#include "worker/reaper.hpp"
#include "worker/settler.hpp"

namespace taskworker {

struct KeeperParts {
    const App& app;
    const Settings& settings;
    std::string node;
    const Clock& clock;
    Leases& leases;  // the keeper's own
    Ledger& ledger;  // the keeper's own: ends what dead workers had begun
    Held& held;
    Observer& observer;
    // Told once for every lease somebody took from us, with the stage it was in.
    std::function<void(const std::string& tag, Inflight::Stage stage)> lease_lost;
    // How the consumer does: room and fetched of a Look.
    std::function<FetchWatch::Look()> intake;
    std::function<void()> reconnect;  // asks the consumer for it
    Settler::Then then = {};          // as the settler's: lost tasks have chords and errbacks too
};

// Keeps us alive in the eyes of others and looks after the dead: beat, renewal, reaping and kombu's
// restore, each by its own due time, in one thread.
class Keeper {
public:
    explicit Keeper(KeeperParts parts);
    ~Keeper();

    void announce();  // before the first fetch: an inbox nobody knows of is lost
    void start();
    void work_came();  // any thread: we rest no more
    void stop();       // after the settler: says goodbye, so that nobody reaps us

private:
    void run();
    void back();
    void step();
    bool nothing_to_do();
    void beat();
    void renew();
    bool clock_was_set();
    void restore();
    void watch_intake(std::size_t backlog);
    SteadyPoint next() const;

    KeeperParts with_;
    Reaper reaper_;
    LuckSource luck_;
    SteadyPoint next_beat_{}, next_renewal_{}, next_restore_{};
    BackoffTimer backoff_;
    FetchWatch fetch_watch_;
    std::uint64_t connects_ = 0;  // of the leases, when we looked last
    std::uint64_t fetched_ = 0;   // by the consumer, when we looked last
    int quiet_beats_ = 0;         // in a row
    std::atomic<bool> resting_{false};
    SteadyPoint next_sweep_{};
    TimePoint wall_{};  // both clocks when we looked last
    SteadyPoint ticks_{};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false, hurry_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace taskworker
