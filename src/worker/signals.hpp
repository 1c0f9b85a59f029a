#pragma once

#include <csignal>
#include <ctime>
#include <optional>

#include "base/clock.hpp"

namespace taskworker {

// Signals taken one by one in main, so that no code ever runs inside a signal handler. Made before
// any thread: threads inherit the mask.
class Signals {
public:
    Signals() {
        ::sigemptyset(&taken_);
        for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2})
            ::sigaddset(&taken_, signal);
        ::pthread_sigmask(SIG_BLOCK, &taken_, &before_);
        ::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of the write, not our end
    }
    ~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    std::optional<int> wait(Millis time) const {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
        const timespec limit{
            .tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(time - seconds).count()};
        const int signal = ::sigtimedwait(&taken_, nullptr, &limit);
        return signal > 0 ? std::optional(signal) : std::nullopt;
    }

private:
    sigset_t taken_{}, before_{};
};

}  // namespace taskworker
