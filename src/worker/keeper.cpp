#include "worker/keeper.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kBeat = 2s;      // dead after 8 s without (docs/protocol/redis-delivery.md)
constexpr int kQuietBeats = 3;  // after so many in a row without anything to do a worker rests
constexpr auto kRestore = 10s;  // kombu's cadence, while a lease is old enough
constexpr auto kLongestRestore = 60s;
constexpr auto kSweep = 600s;  // with what else restore_expired() does

Seconds visibility_timeout(const Settings& settings) {
    const auto& options = settings.broker_transport_options;
    const auto found = options.find("visibility_timeout");
    return found != options.end() && found->is_number() ? Seconds(found->get<double>())
                                                        : Seconds(3600);
}

SteadyPoint::duration renewal_interval(const Settings& settings) {
    const Seconds third = visibility_timeout(settings) / 3;
    return std::chrono::duration_cast<SteadyPoint::duration>(std::min(Seconds(3), third));
}

}  // namespace

Keeper::Keeper(KeeperParts parts)
    : with_(std::move(parts)),
      reaper_(
          {.app = with_.app,
           .settings = with_.settings,
           .node = with_.node,
           .clock = with_.clock,
           .leases = with_.leases,
           .ledger = with_.ledger,
           .observer = with_.observer,
           .then = with_.then}
      ) {}

Keeper::~Keeper() { stop(); }

void Keeper::announce() {
    with_.leases.announce();
    with_.held.renewed(with_.clock.ticks());
}

void Keeper::start() {
    const auto now = with_.clock.ticks();
    wall_ = with_.clock.now();
    ticks_ = now;
    next_beat_ = now;  // a worker that may not live long looks after the dead first
    next_renewal_ = now + renewal_interval(with_.settings);
    next_restore_ = now;
    thread_ = std::thread([this] { run(); });
}

void Keeper::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
    try {
        with_.leases.leave();
    } catch (const Error& error) {
        log::warning("keeper: could not say goodbye: {}", error.what());
    }
}

SteadyPoint Keeper::next() const { return std::min({next_beat_, next_renewal_, next_restore_}); }

void Keeper::run() {
    name_this_thread("keeper");
    auto luck = luck_.draw();
    connects_ = with_.leases.connects();
    auto wake_at = next();
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_until(lock, wake_at, [&] { return stopping_ || hurry_; });
            if (stopping_) return;
            if (std::exchange(hurry_, false)) next_beat_ = with_.clock.ticks();
        }
        try {
            step();
            if (backoff_.failing() || connects_ != with_.leases.connects()) back();
            connects_ = with_.leases.connects();
            backoff_.reset();
            wake_at = next();
        } catch (const Error& error) {
            if (!backoff_.failing()) log::warning("keeper: {}. Trying again.", error.what());
            wake_at = with_.clock.ticks() + backoff_.next(luck);
        }
    }
}

// An idle consumer would notice only much later that its connections died with ours. Others who
// share ours may have been the ones who lost it.
void Keeper::back() {
    log::info("keeper: Redis is back.");
    with_.reconnect();
}

void Keeper::step() {
    const auto now = with_.clock.ticks();
    if (next_beat_ <= now) beat();
    if (next_renewal_ <= now) renew();
    if (next_restore_ <= now) restore();
}

// Nothing is held, and for a while nothing has come.
bool Keeper::nothing_to_do() {
    const auto fetched = with_.intake().fetched;
    const bool quiet = with_.held.size() == 0 && fetched == fetched_;
    fetched_ = fetched;
    quiet_beats_ = quiet ? std::min(quiet_beats_ + 1, kQuietBeats) : 0;
    return quiet_beats_ == kQuietBeats;
}

// From the first task on others should miss us early.
void Keeper::work_came() {
    if (!resting_ || !resting_.exchange(false)) return;
    const std::lock_guard lock(mutex_);
    hurry_ = true;
    wake_.notify_one();
}

// Who is left out because Redis went away meanwhile is told again, to us or to another.
void Keeper::beat() {
    resting_ = nothing_to_do();
    if (resting_) {
        const auto rest = with_.leases.rest();
        next_beat_ =
            with_.clock.ticks() + std::chrono::duration_cast<SteadyPoint::duration>(rest.until);
        if (!rest.closer) return watch_intake(0);
    }
    const auto beat = with_.leases.beat();
    next_beat_ = with_.clock.ticks() + (beat.more ? 0s : kBeat);
    if (!beat.known) {
        log::warning(
            "keeper: another worker thought us dead and may have taken our tasks; renewing what is "
            "left."
        );
        renew();
    }
    if (beat.backlog > 0) quiet_beats_ = 0;  // watched closely until it is fetched
    watch_intake(beat.backlog);
    for (const auto& worker : beat.dead) reaper_.reap(worker);
}

void Keeper::watch_intake(std::size_t backlog) {
    auto look = with_.intake();
    look.backlog = backlog;
    const auto verdict = fetch_watch_.look(look, with_.clock.ticks());
    if (verdict == FetchWatch::Verdict::Fine) return;
    if (verdict == FetchWatch::Verdict::Reconnect)
        log::warning(
            "keeper: {} message(s) wait, there is room and nothing is fetched. Connecting anew.",
            backlog
        );
    else
        log::error(
            "keeper: {} message(s) wait and nothing is fetched, over new connections, too. "
            "Connecting anew once more.",
            backlog
        );
    with_.reconnect();
}

// What is past its hard limit is not renewed: a slot that hangs must not keep its task for ever.
void Keeper::renew() {
    const auto began = with_.clock.ticks();
    const auto tags = with_.held.tags_to_renew(with_.clock.ticks());
    if (!tags.empty()) {
        for (const auto& tag : with_.leases.extend(tags, with_.clock.now())) {
            if (const auto stage = with_.held.lose(tag)) with_.lease_lost(tag, *stage);
        }
    }
    with_.held.renewed(began);
    next_renewal_ = with_.clock.ticks() + renewal_interval(with_.settings);
}

// Forward, by a suspend or by NTP, since the last look.
bool Keeper::clock_was_set() {
    const auto wall = with_.clock.now();
    const auto ticks = with_.clock.ticks();
    const auto by =
        Seconds(wall - std::exchange(wall_, wall)) - Seconds(ticks - std::exchange(ticks_, ticks));
    return by > Seconds(1);
}

// By its score a lease says when it can expire; a new one no earlier than a whole timeout from now.
void Keeper::restore() {
    const auto now = with_.clock.now();
    if (clock_was_set()) {  // all leases look expired: whoever lives renews them first
        next_restore_ = with_.clock.ticks() + kRestore;
        return renew();
    }
    const auto life = visibility_timeout(with_.settings);
    const auto oldest = with_.leases.oldest_lease();
    Seconds left = oldest ? std::min(life, Seconds(*oldest - now) + life) : life;
    if (left <= Seconds(0) || next_sweep_ <= with_.clock.ticks()) {
        if (const auto n = with_.leases.restore_expired(now); n > 0)
            log::info("Restoring {} message(s) whose worker exceeded the visibility timeout", n);
        next_sweep_ = with_.clock.ticks() + kSweep;
    }
    left = std::clamp<Seconds>(left, kRestore, kLongestRestore);
    next_restore_ = with_.clock.ticks() + std::chrono::duration_cast<SteadyPoint::duration>(left);
}

}  // namespace taskworker
