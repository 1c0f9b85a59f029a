// taskworker top
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/log_line.hpp"
#include "base/url.hpp"
#include "broker/open_broker.hpp"
#include "broker/redis_survey.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "cli/top_screen.hpp"
#include "cli/top_view.hpp"
#include "client/control.hpp"
#include "client/producer.hpp"
#include "taskworker/errors.hpp"
#include "worker/signals.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr Millis kKeys{100};
constexpr Seconds kPatience{0.6}, kPatienceOfOnce{1};  // after the last answer

// Who looks and who steers have connections of their own: a key never waits for a look.
struct Watcher {
    explicit Watcher(const Settings& with, const std::vector<std::string>& more)
        : settings(with),
          queues(more),
          transport(
              open_broker(with, producer_name(host_name()), Luck::seeded_by_the_system().uuid())
          ),
          fanout(transport->fanout()),
          control(*fanout, with, clock),
          survey(with) {}

    TopLook look(Seconds patience) {
        const auto stats = control.ask({.method = "stats", .timeout = patience});
        // Who is there is known now: the second answer is complete without a wait.
        Control::Call call{.method = "active", .timeout = patience};
        for (const auto& reply : stats) call.destination.push_back(reply.node);
        std::vector<Control::Reply> active;
        if (!stats.empty()) active = control.ask(call);
        return look_of(
            clock.now(), stats, active, survey.queues(queues), survey.totals(clock.now())
        );
    }

    const Settings& settings;
    const std::vector<std::string> queues;
    const SystemClock clock = {};
    const std::unique_ptr<Transport> transport;
    const std::unique_ptr<Fanout> fanout;
    Control control;
    RedisSurvey survey;
};

// Looks every so often in a thread of its own.
class Looking {
public:
    Looking(Watcher& watcher, Seconds interval) : watcher_(watcher), interval_(interval) {
        thread_ = std::thread([this] { run(); });
    }
    ~Looking() {
        stopping_ = true;
        thread_.join();
    }
    std::optional<TopLook> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(fresh_, std::nullopt);
    }
    void at_once() { hurry_ = true; }

private:
    void run() {
        while (!stopping_) {
            auto look = one();
            {
                const std::lock_guard lock(mutex_);
                fresh_ = std::move(look);
            }
            hurry_ = false;
            const auto until = watcher_.clock.ticks() +
                               std::chrono::duration_cast<SteadyPoint::duration>(interval_);
            while (!stopping_ && !hurry_ && watcher_.clock.ticks() < until)
                std::this_thread::sleep_for(50ms);
        }
    }
    TopLook one() {
        try {
            auto look = watcher_.look(kPatience);
            add_rates(look, before_);
            before_ = look;
            return look;
        } catch (const Error& error) {
            TopLook look{.at = watcher_.clock.now()};
            log::append_safe_word(look.trouble, error.what());
            return look;
        }
    }

    Watcher& watcher_;
    const Seconds interval_;
    TopLook before_;
    std::mutex mutex_;
    std::optional<TopLook> fresh_;  // guarded by mutex_
    std::atomic<bool> stopping_{false}, hurry_{false};
    std::thread thread_;
};

int print_once(Watcher& watcher, const std::string& broker) {
    const auto look = watcher.look(kPatienceOfOnce);
    const auto everything = 20 + look.workers.size() + look.queues.size() + look.running.size();
    auto lines = draw_top(look, {}, broker, 4 * everything, 500);
    lines.pop_back();  // what the keys mean
    while (!lines.empty() && lines.back().text.empty()) lines.pop_back();
    for (const auto& line : lines) fmt::print("{}\n", line.text);
    return look.workers.empty() ? kUnavailable : kDone;
}

class Top {
public:
    Top(const Settings& settings, std::string broker)
        : steer_(settings, {}), broker_(std::move(broker)) {}

    // False: it is to end.
    bool turn(TopScreen& screen, Looking& looking) {
        auto fresh = looking.take();
        if (fresh) look_ = std::move(*fresh);
        const auto size = TopScreen::size();
        screen.show(draw_top(look_, state_, broker_, size.rows, size.columns));
        typed_ += screen.typed(kKeys);
        for (const auto key : read_keys(typed_)) {
            const auto action = press(state_, key, look_);
            if (std::holds_alternative<Quit>(action)) return false;
            if (key == Key::Redraw) looking.at_once();
            act(action);
        }
        return true;
    }

private:
    void act(const TopAction& action) {
        try {
            if (const auto* revoke = std::get_if<RevokeTask>(&action))
                steer_.control.tell({.method = "revoke", .arguments = {{"task_id", revoke->id}}});
            if (const auto* end = std::get_if<TerminateTask>(&action))
                steer_.control.tell(
                    {.method = "revoke",
                     .arguments =
                         {{"task_id", end->id}, {"terminate", true}, {"signal", "SIGTERM"}}}
                );
        } catch (const Error& error) {
            state_.told = "not sent: ";
            log::append_safe_word(state_.told, error.what());
        }
    }

    Watcher steer_;
    const std::string broker_;
    TopLook look_;
    TopState state_;
    std::string typed_;
};

bool told_to_end(const Signals& signals) {
    const auto signal = signals.wait(0ms);
    return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT || signal == SIGHUP;
}

}  // namespace

int run_top_command(
    const GlobalOptions& global, const TopCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    const auto& settings = session.settings();
    const auto broker = shown_url(settings.broker_url);
    auto queues = options.queues;
    if (queues.empty()) queues.push_back(settings.task_default_queue);
    const Signals signals;
    Watcher watcher(settings, queues);
    if (options.once || ::isatty(STDOUT_FILENO) == 0) return print_once(watcher, broker);
    Top top(settings, broker);
    Looking looking(watcher, Seconds(options.interval));
    TopScreen screen;  // dies first: who quits is back at once
    while (!told_to_end(signals) && top.turn(screen, looking)) {
    }
    return kDone;
}

}  // namespace taskworker
