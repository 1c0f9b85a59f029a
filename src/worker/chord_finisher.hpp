#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "ledger/chord_ledger.hpp"
#include "taskworker/app.hpp"
#include "worker/backoff_timer.hpp"
#include "worker/luck_source.hpp"

namespace taskworker {

struct ChordFinisherParts {
    const App& app;
    const Settings& settings;
    std::string node;
    const Clock& clock;
    std::unique_ptr<ChordLedger> chords;  // null: results are not stored, there are no chords
    std::function<void(std::vector<PoolJob>)> run;
};

// The second step of a chord's end (docs/canvas.md): reads the parts of complete ones, lets
// finish_chord() decide, sends what it says. Looks now and then for those whose worker died.
// Its thread begins with the first of them.
class ChordFinisher {
public:
    explicit ChordFinisher(ChordFinisherParts parts);
    ~ChordFinisher();

    void start();
    void finish(std::vector<std::string> groups);  // any thread; complete, and ours
    void stop();  // after the settler: what is not finished then another worker finds overdue

private:
    struct Waiting {
        std::string group;
        SteadyPoint due, until;  // until: how long missing results may take to come
    };
    void run();
    void step(std::unique_lock<std::mutex>& lock);
    void wait_for(Waiting waiting, Millis pause);  // with mutex_ held
    void finish_one(Waiting waiting);
    void send(const std::string& group, const ChordEnd& end, const Moment& moment);
    void look_for_overdue();

    ChordFinisherParts with_;
    LuckSource luck_;
    BackoffTimer backoff_;
    SteadyPoint next_look_{};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Waiting> waiting_;  // guarded by mutex_; by `due`
    bool stopping_ = false;        // guarded by mutex_
    std::thread thread_;
};

}  // namespace taskworker
