#include "worker/chord_finisher.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "lifecycle/follow_ups.hpp"
#include "task/errback_call.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
// For chords whose worker died: at the next deadline, and as often as new ones can be overdue.
constexpr auto kOverdueLook = 20s;
constexpr auto kFirstLook = 1s;
constexpr Millis kLookAgain{100};  // for results that are still missing
constexpr Millis kTryAgain{1000};  // to finish what was refused

}  // namespace

ChordFinisher::ChordFinisher(ChordFinisherParts parts) : with_(std::move(parts)) {}

ChordFinisher::~ChordFinisher() { stop(); }

void ChordFinisher::start() {
    if (!with_.chords) return;
    next_look_ = with_.clock.ticks() + kFirstLook;
    thread_ = std::thread([this] { run(); });
}

void ChordFinisher::finish(std::vector<std::string> groups) {
    const auto now = with_.clock.ticks();
    const auto patience =
        std::chrono::duration_cast<SteadyPoint::duration>(with_.settings.result_chord_join_timeout);
    const std::lock_guard lock(mutex_);
    for (auto& group : groups) wait_for({std::move(group), now, now + patience}, {});
    wake_.notify_one();
}

void ChordFinisher::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

void ChordFinisher::run() {
    std::unique_lock lock(mutex_);
    auto luck = luck_.draw();
    for (;;) {
        const auto now = with_.clock.ticks();
        const bool due = !waiting_.empty() && waiting_.front().due <= now;
        if (stopping_ && !due) return;
        if (!due && now < next_look_) {
            const auto until =
                waiting_.empty() ? next_look_ : std::min(next_look_, waiting_.front().due);
            wake_.wait_until(lock, until);
            continue;
        }
        try {
            step(lock);
            backoff_.reset();
        } catch (const Error& error) {
            if (!lock.owns_lock()) lock.lock();
            if (!backoff_.failing())
                log::warning("chords: {}. They are finished when it is back.", error.what());
            if (stopping_) return;
            wake_.wait_for(lock, backoff_.next(luck));
        }
    }
}

void ChordFinisher::step(std::unique_lock<std::mutex>& lock) {
    if (waiting_.empty() || waiting_.front().due > with_.clock.ticks()) {
        lock.unlock();
        look_for_overdue();
        lock.lock();
        return;
    }
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
        finish_one(next);
    } catch (const Error&) {
        lock.lock();
        wait_for(std::move(next), kTryAgain);
        throw;
    }
    lock.lock();
}

// In the order in which they are due: what Redis refuses for good must not hold up the others.
void ChordFinisher::wait_for(Waiting waiting, Millis pause) {
    waiting.due = with_.clock.ticks() + pause;
    const auto later = std::upper_bound(
        waiting_.begin(),
        waiting_.end(),
        waiting.due,
        [](SteadyPoint due, const Waiting& other) { return due < other.due; }
    );
    waiting_.insert(later, std::move(waiting));
}

void ChordFinisher::look_for_overdue() {
    auto groups = with_.chords->overdue();
    const auto now = with_.clock.ticks();
    next_look_ = now + kOverdueLook;
    if (const auto next = with_.chords->next_deadline())
        next_look_ = now + std::chrono::ceil<Millis>(std::clamp<Seconds>(
                               *next - with_.clock.now(), kLookAgain, kOverdueLook
                           ));
    if (groups.empty()) return;
    log::warning("chords: {} complete chord(s) of a dead worker", groups.size());
    finish(std::move(groups));
}

void ChordFinisher::finish_one(Waiting waiting) {
    auto chord = with_.chords->take(waiting.group);
    if (!chord) return;
    with_.chords->look_up(*chord, missing_results(*chord));
    auto luck = luck_.draw();
    const Moment moment{
        with_.clock.now(), luck, with_.node, with_.settings, errbacks_in(with_.app)};
    const auto now = with_.clock.ticks();
    const auto decided = finish_chord(*chord, now < waiting.until, moment);
    if (std::holds_alternative<ChordIncomplete>(decided))
        return with_.chords->give_back(waiting.group);
    if (const auto* end = std::get_if<ChordEnd>(&decided)) return send(waiting.group, *end, moment);
    const std::lock_guard lock(mutex_);
    wait_for(std::move(waiting), kLookAgain);
}

void ChordFinisher::send(const std::string& group, const ChordEnd& end, const Moment& moment) {
    std::vector<std::string> complete;
    if (!with_.chords->finish(group, end, complete)) return;
    if (!end.error.empty()) log::error("Chord {} raised: ChordError({})", group, end.error);
    std::vector<PoolJob> jobs;
    for (const auto& call : end.errbacks) {
        Request failed;
        failed.id = call.id;
        failed.task = call.task;
        failed.root_id = call.id;
        jobs.push_back(errback_job(call.errback, failed, call.failure, moment));
    }
    if (!jobs.empty() && with_.run) with_.run(std::move(jobs));
    if (!complete.empty()) finish(std::move(complete));
}

}  // namespace taskworker
