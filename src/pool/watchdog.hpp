#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "pool/deadlines.hpp"

namespace taskworker {

// A thread that calls back when a key's time has come. Any thread may set().
class Watchdog {
public:
    using Look = std::function<void(Deadlines::Key key, SteadyPoint now)>;

    explicit Watchdog(Look look);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void set(Deadlines::Key key, SteadyPoint at);  // replaces the key's earlier time
    void stop();                                   // after it nothing is called back

private:
    void run();

    const Look look_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Deadlines deadlines_;  // guarded by mutex_, as the two below
    SteadyPoint sleeps_until_ = SteadyPoint::max();
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace taskworker
