#include "worker/worker.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/heap.hpp"
#include "base/log.hpp"
#include "base/url.hpp"
#include "taskworker/errors.hpp"
#include "worker/running_worker.hpp"
#include "worker/shutdown.hpp"
#include "worker/signals.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

constexpr int kDone = 0, kFailed = 1;

// Celery's own lines and waits, 2, 4, 6 … 30 s; in between we try quietly each second, for a broker
// that is back should not wait for us. The signal that ended it, or nothing.
std::optional<int> connect_with_patience(
    RunningWorker& worker,
    const Settings& settings,
    const Signals& signals,
    const std::function<void()>& when_connected
) {
    const SystemClock clock;
    auto next_line = clock.ticks();
    for (int line = 0;;) {
        try {
            worker.connect();
            if (when_connected) when_connected();
            return std::nullopt;
        } catch (const Error& error) {
            if (clock.ticks() >= next_line) {
                const int wait = std::min(2 * ++line, 30);
                log::error(
                    "consumer: Cannot connect to {}: {}.",
                    shown_url(settings.broker_url),
                    error.what()
                );
                log::error("Trying again in {}.00 seconds... ({}/100)", wait, line);
                next_line = clock.ticks() + std::chrono::seconds(wait);
            }
        }
        if (const auto signal = signals.wait(1s)) {
            const auto ask = meaning_of(*signal);
            if (ask != Ask::Cry && ask != Ask::ReopenLogs) return signal;
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
        switch (meaning_of(*signal)) {
            case Ask::Warm:
            case Ask::Cold:
            case Ask::Restart:
                return *signal;
            case Ask::Cry:
                worker.tell_what_runs();
                break;
            case Ask::ReopenLogs:
                log::reopen();
                break;
        }
    }
}

int exit_code(bool cold, bool failed, int signal) {
    if (!cold && meaning_of(signal) == Ask::Restart) return kRestart;
    return cold || failed ? kFailed : kDone;
}

}  // namespace

int run_worker(const App& app, const Settings& settings, const WorkerOptions& options) {
    keep_freed_memory();
    const Signals signals;
    RunningWorker worker(app, settings, options);
    if (const auto ended = connect_with_patience(worker, settings, signals, options.when_connected))
        return exit_code(false, false, *ended);
    log::info("Connected to {}", shown_url(settings.broker_url));
    worker.start();
    log::info("{} ready.", options.node);
    worker.tell(worker_ready);
    ::sd_notify(0, "READY=1\nSTATUS=takes tasks");
    const int signal = serve(worker, signals);
    ::sd_notify(0, "STOPPING=1\nSTATUS=waits for the tasks that run");
    const bool cold = shut_down(worker, settings, signals, signal);
    const int code = exit_code(cold, worker.failed(), signal);
    if (code == kRestart) log::warning("Restarting: the same command, everything else anew");
    if (!worker.finish()) {
        // A thread of a task still runs and may touch anything that a destructor takes down.
        log::stop();
        if (options.before_exit) options.before_exit();
        std::fflush(nullptr);
        ::_exit(code == kRestart ? kFailed : code);
    }
    return code;
}

}  // namespace taskworker
