#include "worker/worker.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "base/url.hpp"
#include "taskworker/errors.hpp"
#include "worker/running_worker.hpp"
#include "worker/signals.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

constexpr int kDone = 0, kFailed = 1;

// Celery writes these to stdout, whatever the log level.
void say(const std::string& text) {
    std::fputs(("worker: " + text + "\n").c_str(), stdout);
    std::fflush(stdout);
}

// Celery's own lines and waits, 2, 4, 6 … 30 s; in between we try quietly each second, for a broker
// that is back should not wait for us. False: a signal ended it.
bool connect_with_patience(
    RunningWorker& worker, const Settings& settings, const Signals& signals
) {
    const SystemClock clock;
    auto next_line = clock.ticks();
    for (int line = 0;;) {
        try {
            worker.connect();
            return true;
        } catch (const Error& error) {
            if (clock.ticks() >= next_line) {
                const int wait = std::min(2 * ++line, 30);
                log::error(
                    "consumer: Cannot connect to {}: {}.",
                    redact_url(settings.broker_url),
                    error.what()
                );
                log::error("Trying again in {}.00 seconds... ({}/100)", wait, line);
                next_line = clock.ticks() + std::chrono::seconds(wait);
            }
        }
        if (const auto signal = signals.wait(1s)) {
            if (*signal == SIGTERM || *signal == SIGINT || *signal == SIGQUIT) return false;
        }
    }
}

// How often systemd wants to hear of us (WatchdogSec=); a day when it does not.
Millis watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::chrono::hours(24);
    return std::max(
        Millis(1), std::chrono::duration_cast<Millis>(std::chrono::microseconds(microseconds / 2))
    );
}

// Until a signal wants the end: which one.
int serve(RunningWorker& worker, const Signals& signals) {
    const auto interval = watchdog_interval();
    for (;;) {
        if (worker.moves()) ::sd_notify(0, "WATCHDOG=1");
        const auto signal = signals.wait(interval);
        if (!signal) continue;
        switch (*signal) {
            case SIGTERM:
            case SIGINT:
            case SIGQUIT:
                return *signal;
            case SIGUSR1:
                worker.tell_what_runs();
                break;
            default:
                log::warning("Signal {} has no meaning here yet.", *signal);
        }
    }
}

// Running tasks may end; a second signal or the deadline makes it cold. Returns whether it got
// cold.
bool shut_down(RunningWorker& worker, const Settings& settings, const Signals& signals, int first) {
    const SystemClock clock;
    bool cold = first == SIGQUIT;
    say(cold ? "Cold shutdown (MainProcess)" : "Warm shutdown (MainProcess)");
    if (first == SIGINT)
        say("Hitting Ctrl+C again will initiate cold shutdown, terminating all running tasks!");
    worker.stop_fetching();
    if (cold) worker.end_tasks_now();
    const auto limit = settings.worker_shutdown_timeout;
    const auto deadline =
        limit ? clock.ticks() + std::chrono::duration_cast<SteadyPoint::duration>(*limit)
              : SteadyPoint::max();
    const auto ended = std::async(std::launch::async, [&] { worker.wait_for_tasks(); });
    while (ended.wait_for(0s) != std::future_status::ready) {
        const auto signal = signals.wait(20ms);
        const bool again = signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
        if (cold || (!again && clock.ticks() < deadline)) continue;
        cold = true;
        say("Cold shutdown (MainProcess)");
        worker.end_tasks_now();
    }
    return cold;
}

}  // namespace

int run_worker(const App& app, const Settings& settings, const WorkerOptions& options) {
    const Signals signals;
    RunningWorker worker(app, settings, options);
    if (!connect_with_patience(worker, settings, signals)) return kDone;
    log::info("Connected to {}", redact_url(settings.broker_url));
    worker.start();
    log::info("{} ready.", options.node);
    ::sd_notify(0, "READY=1\nSTATUS=takes tasks");
    const int signal = serve(worker, signals);
    ::sd_notify(0, "STOPPING=1\nSTATUS=waits for the tasks that run");
    const bool cold = shut_down(worker, settings, signals, signal);
    const int code = cold || worker.failed() ? kFailed : kDone;
    if (!worker.finish()) {
        // A thread of a task still runs and may touch anything that a destructor takes down.
        log::stop();
        std::fflush(nullptr);
        ::_exit(code);
    }
    return code;
}

}  // namespace taskworker
