#include "worker/shutdown.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>

#include "base/log.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

// Celery writes these to stdout, whatever the log level.
void say(const char* text) {
    std::fputs(text, stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

SteadyPoint after(SteadyPoint now, Seconds wait) {
    return now + std::chrono::duration_cast<SteadyPoint::duration>(wait);
}

// "5", "2.5": the number as people write it into their settings.
std::string number(Seconds seconds) { return fmt::format("{:g}", seconds.count()); }

class Shutdown {
public:
    Shutdown(RunningWorker& worker, const Settings& settings, const Signals& signals)
        : worker_(worker), settings_(settings), signals_(signals) {}

    bool run(int signal);

private:
    bool warm();  // whether tasks ended by themselves
    void cold();
    void soft(bool busy);
    void wait_gracefully();
    bool all_ended() const { return ended_.wait_for(0s) == std::future_status::ready; }
    bool asked_again() const;

    RunningWorker& worker_;
    const Settings& settings_;
    const Signals& signals_;
    const SystemClock clock_;
    std::future<void> ended_;
    bool patient_ = true;  // false: the next signal ends the process
};

bool Shutdown::run(int signal) {
    const bool begins_cold = meaning_of(signal) == Ask::Cold;
    if (!begins_cold) say("worker: Warm shutdown (MainProcess)");
    if (signal == SIGINT)
        say("worker: Hitting Ctrl+C again will initiate cold shutdown, terminating all running "
            "tasks!");
    worker_.tell(worker_stop);
    worker_.stop_fetching();
    const bool busy = worker_.busy();  // asked now: what had not begun has gone back
    ended_ = std::async(std::launch::async, [this] { worker_.wait_for_tasks(); });
    if (!begins_cold && warm()) return false;
    const bool idle_counts = settings_.worker_enable_soft_shutdown_on_idle;
    if (settings_.worker_soft_shutdown_timeout.count() > 0 && (busy || idle_counts)) soft(busy);
    cold();
    return true;
}

bool Shutdown::asked_again() const {
    const auto signal = signals_.wait(20ms);
    if (!signal) return false;
    const auto ask = meaning_of(*signal);
    return ask == Ask::Warm || ask == Ask::Cold;
}

bool Shutdown::warm() {
    const auto limit = settings_.worker_shutdown_timeout;
    const auto deadline = limit ? after(clock_.ticks(), *limit) : SteadyPoint::max();
    while (!all_ended())
        if (asked_again() || clock_.ticks() >= deadline) return false;
    return true;
}

// As Celery: it takes its whole time when it was begun for an idle worker.
void Shutdown::soft(bool busy) {
    const auto wait = settings_.worker_soft_shutdown_timeout;
    log::warning("Initiating Soft Shutdown, terminating in {} seconds", number(wait));
    const auto deadline = after(clock_.ticks(), wait);
    const bool whole = settings_.worker_enable_soft_shutdown_on_idle && !busy;
    while (clock_.ticks() < deadline && (whole || !all_ended())) {
        if (!asked_again()) continue;
        wait_gracefully();
        return;
    }
}

void Shutdown::wait_gracefully() {
    say("Waiting gracefully for cold shutdown to complete...");
    patient_ = false;
}

void Shutdown::cold() {
    say("worker: Cold shutdown (MainProcess)");
    worker_.end_tasks_now();
    while (!all_ended()) {
        if (!asked_again()) continue;
        if (patient_) {
            wait_gracefully();
            continue;
        }
        log::error("A further signal: leaving at once");
        log::stop();
        std::fflush(nullptr);
        ::_exit(1);
    }
}

}  // namespace

Ask meaning_of(int signal) {
    switch (signal) {
        case SIGQUIT:
            return Ask::Cold;
        case SIGTERM: {
            const char* remapped = std::getenv("REMAP_SIGTERM");
            return remapped && std::string_view(remapped) == "SIGQUIT" ? Ask::Cold : Ask::Warm;
        }
        case SIGHUP:
            // A terminal that went away takes the worker with it; a service is told to restart.
            return ::isatty(STDOUT_FILENO) == 1 ? Ask::Warm : Ask::Restart;
        case SIGUSR1:
            return Ask::Cry;
        case SIGUSR2:
            return Ask::ReopenLogs;
        default:
            return Ask::Warm;
    }
}

bool shut_down(
    RunningWorker& worker, const Settings& settings, const Signals& signals, int first_signal
) {
    return Shutdown(worker, settings, signals).run(first_signal);
}

}  // namespace taskworker
