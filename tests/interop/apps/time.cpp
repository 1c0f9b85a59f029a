#include <array>
#include <csignal>

#include "tasks.hpp"
#include "types.hpp"

namespace conformance {
namespace {

tw::Seconds seconds_of(const tw::Json& value) {
    if (!value.is_number()) {
        throw type_error(
            "'" + std::string(type_name(value)) + "' object cannot be interpreted as an integer"
        );
    }
    return tw::Seconds(value.get<double>());
}

tw::Json sleep(tw::Context& ctx, const tw::Json& seconds) {
    ctx.sleep(seconds_of(seconds));
    return seconds;
}

const char* sleep_and_say_done(tw::Context& ctx, double seconds) {
    ctx.sleep(tw::Seconds(seconds));
    return "done";
}

const char* soft_aware(tw::Context& ctx, double seconds) {
    try {
        ctx.sleep(tw::Seconds(seconds));
    } catch (const tw::SoftTimeLimitExceeded&) {
        return "soft";
    }
    return "done";
}

// Deaf to these signals while it lives.
class Deaf {
public:
    Deaf() {
        for (std::size_t i = 0; i < kSignals.size(); ++i)
            before_[i] = std::signal(kSignals[i], SIG_IGN);
    }
    ~Deaf() {
        for (std::size_t i = 0; i < kSignals.size(); ++i) std::signal(kSignals[i], before_[i]);
    }
    Deaf(const Deaf&) = delete;
    Deaf& operator=(const Deaf&) = delete;

private:
    static constexpr std::array kSignals{SIGTERM, SIGUSR1};
    std::array<void (*)(int), kSignals.size()> before_{};
};

bool spin(double seconds) {
    const Deaf deaf;
    const auto end = std::chrono::steady_clock::now() + tw::Seconds(seconds);
    std::uint64_t turns = 0;
    while (std::chrono::steady_clock::now() < end) ++turns;
    return turns > 0;
}

}  // namespace

void add_time_tasks(tw::App& app) {
    app.task("conformance.sleep", &sleep, {"seconds"});
    app.task("conformance.spin", &spin, {"seconds"});
    app.task("conformance.soft_aware", &soft_aware, {"seconds"});
    app.task(
        "conformance.soft_declared",
        &sleep_and_say_done,
        {"seconds"},
        {.soft_time_limit = 1s, .time_limit = 8s}
    );
    app.task("conformance.hard_declared", &sleep_and_say_done, {"seconds"}, {.time_limit = 1s});
}

}  // namespace conformance
