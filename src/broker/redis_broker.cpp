#include "broker/redis_broker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/log.hpp"
#include "broker/broker_errors.hpp"
#include "broker/redis_dead_letters.hpp"
#include "broker/redis_leases.hpp"
#include "broker/scripts.hpp"

namespace taskworker {
namespace {

using redis::RedisError;
constexpr std::size_t kMostAtOnce = 256;           // more per batch gains nothing
constexpr std::size_t kFirst = 16;                 // until we know how large messages are
constexpr double kBatchBytes = 8.0 * 1024 * 1024;  // of one batch
constexpr std::size_t kSplitFrom = 32;  // claim the half at first: the rest comes meanwhile
constexpr Seconds kLook{1};

SteadyPoint ticks() { return std::chrono::steady_clock::now(); }
SteadyPoint::duration steady(Seconds s) {
    return std::chrono::duration_cast<SteadyPoint::duration>(s);
}

std::size_t count(const std::vector<InboxBatch>& batches) {
    std::size_t n = 0;
    for (const auto& batch : batches) n += batch.messages.size();
    return n;
}

}  // namespace

RedisBroker::RedisBroker(RedisSettings settings)
    : with_(std::move(settings)),
      lists_(
          with_.keys, with_.options.queue_order, with_.presence->id(), with_.options.queue_weights
      ),
      declarations_(with_.keys, with_.queues),
      connection_(
          with_.connection("consumer", {&broker::kClaim, &broker::kRegister, &broker::kHeartbeat})
      ),
      claim_(connection_, lists_),
      waiters_(with_.connection("waiter"), lists_),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (with_.write_address)
        writer_ = std::make_unique<redis::Connection>(
            with_.write_address->connection("taskworker:producer")
        );
    if (wake_.get() < 0) throw BrokerError("eventfd: no descriptor left");
}

void RedisBroker::interrupt() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void RedisBroker::reconnect() {
    ghosts_ = ticks() + steady(kBlmoveTimeout + kOverdue);
    lost();
}

// After an error nothing is known of what was under way: all connections go, the next fetch finds
// what lies in our inboxes.
template <class F>
auto RedisBroker::guarded(F&& run) {
    try {
        return run();
    } catch (const RedisError& error) {
        if (error.connection_lost()) ghosts_ = ticks() + steady(kBlmoveTimeout + kOverdue);
        lost();
        throw BrokerError(error.what());
    } catch (...) {
        lost();
        throw;
    }
}

void RedisBroker::lost() noexcept {
    connection_.close();
    waiters_.close();
    pending_.clear();
    drained_ = false;
    reread_ = true;
}

std::vector<Fetched> RedisBroker::fetch(std::size_t room, SteadyPoint until) {
    return guarded([&] { return fetch_now(room, until); });
}

std::vector<Fetched> RedisBroker::fetch_now(std::size_t room, SteadyPoint until) {
    ready();
    for (;;) {
        add_pending(room > 0 ? waiters_.collect() : waiters_.release(connection_));
        if (room == 0) drained_ = false;
        const auto claim = drained_ ? 0 : claim_size(room);
        if (claim > 0 || !pending_.empty()) {
            auto fetched = turn(claim);
            if (!fetched.empty()) return fetched;
            if (reread_) ready();
            if (!pending_.empty() || !drained_) continue;
        }
        if (!wait(room > 0, until)) return {};
    }
}

std::size_t RedisBroker::pending() const { return count(pending_); }

// What lies in an inbox that was just read as a whole is known already.
void RedisBroker::add_pending(std::vector<InboxBatch> come) {
    for (auto& batch : come) {
        const bool known =
            std::any_of(pending_.begin(), pending_.end(), [&](const InboxBatch& other) {
                return other.list == batch.list && other.kind == batch.kind;
            });
        if (!known) pending_.push_back(std::move(batch));
    }
}

// Of `room` what is claimed in this turn. If the inboxes are empty, half of a large room: then the
// next turn leases it and claims the other half in one round trip.
std::size_t RedisBroker::claim_size(std::size_t room) const {
    const auto held = pending();
    if (room <= held || lists_.in_order().empty()) return 0;
    auto size = room - held;
    if (held == 0 && size >= kSplitFrom) size /= 2;
    auto most = kFirst;
    if (average_bytes_ > 0)
        most = static_cast<std::size_t>(
            std::clamp(kBatchBytes / average_bytes_, 1.0, static_cast<double>(kMostAtOnce))
        );
    return std::min(size, most);
}

// Connected, known to others, with nothing left in the inboxes that we do not know of.
void RedisBroker::ready() {
    connection_.connect();
    if (connection_.generation() != generation_) {
        generation_ = connection_.generation();
        announced_ = false;
        reread_ = true;
        probe_rights();
        waiters_.end_ghosts(connection_);
    }
    if (!announced_ || declarations_.due(ticks())) announce();
    if (ghosts_ && *ghosts_ <= ticks()) {
        ghosts_.reset();
        reread_ = true;
    }
    if (reread_) {
        waiters_.release(connection_);  // what they bring lies in the wait inboxes, read below
        announce();
        read_inboxes();
    }
}

// What an ACL may deny: SORT and CLIENT UNBLOCK are @dangerous.
void RedisBroker::probe_rights() {
    auto& out = connection_.out();
    out.command("SORT", with_.keys.probe("sort"), "BY", "nosort", "LIMIT", 0, 1);
    out.command("CLIENT", "UNBLOCK", std::int64_t{1} << 62);
    const auto replies = connection_.round_trip();
    claim_.use_script(!replies[0].error() && connection_.server().at_least(7, 0));
    waiters_.may_unblock(!replies[1].error());
}

// Before the first claim: an inbox that nobody knows of is lost. And the bindings a Python worker
// declares for its queues, which producers with a named exchange need (redis.py: _queue_bind).
void RedisBroker::announce() {
    const auto& keys = with_.keys;
    auto& out = connection_.out();
    connection_.evalsha(broker::kHeartbeat, 3, 9);
    out.arg(keys.workers), out.arg(keys.inboxes), out.arg(keys.suspects);
    out.arg(with_.presence->id()), out.arg(with_.presence->record());
    out.arg(std::to_string(Lifetimes{}.suspect.count())), out.arg(0), out.arg(0);
    out.arg(with_.script_now());
    out.arg(0), out.arg(0), out.arg(0);
    declarations_.declare(out, lists_.queues(), with_.now());
    const auto replies = connection_.round_trip();
    if (replies[0].error() && redis::kind_of(replies[0].text) == RedisError::Kind::NoScript) {
        connection_.load_scripts();
        return announce();
    }
    connection_.check(replies[0], "heartbeat.lua");
    for (std::size_t i = 1; i < replies.size(); ++i)
        if (replies[i].error())
            log::warning("consumer: cannot declare the bindings of a queue: {}", replies[i].text);
    announced_ = true;
}

void RedisBroker::read_inboxes() {
    for (std::size_t i = 0; i < lists_.known(); ++i) {
        connection_.out().command("LRANGE", lists_[i].claim_inbox, 0, -1);
        connection_.out().command("LRANGE", lists_[i].wait_inbox, 0, -1);
    }
    auto replies = connection_.round_trip();
    pending_.clear();
    for (std::size_t i = 0; i < replies.size(); ++i) {
        connection_.check(replies[i], "LRANGE");
        if (replies[i].items.empty()) continue;
        const auto kind = i % 2 == 0 ? InboxBatch::Kind::Claim : InboxBatch::Kind::Wait;
        pending_.push_back({kind, i / 2, oldest_first(replies[i])});
    }
    reread_ = false;
}

// Whether each list has an inbox that is empty and stays so, for the next claim while these are
// read.
bool RedisBroker::may_claim_ahead(std::span<const InboxBatch> taken) const {
    return !taken.empty() && std::all_of(taken.begin(), taken.end(), [&](const InboxBatch& batch) {
        const auto used = std::count_if(taken.begin(), taken.end(), [&](const InboxBatch& other) {
            return other.list == batch.list;
        });
        const bool wait_inbox_is_next = batch.kind == InboxBatch::Kind::Claim;
        return used == 1 && !(wait_inbox_is_next && waiters_.armed(batch.list));
    });
}

// One round trip: leases what is pending, claims the next. If it can, Redis claims while we read
// what it gave us before.
std::vector<Fetched> RedisBroker::turn(std::size_t claim) {
    auto batches = std::exchange(pending_, {});
    const bool ahead = claim > 0 && may_claim_ahead(batches);
    std::vector<std::size_t> served;  // whose lists may have more
    for (const auto& batch : batches)
        if (batch.kind == InboxBatch::Kind::Wait && !ahead) served.push_back(batch.list);
    std::size_t claims = 0;
    if (ahead) {
        claims = claim_.write(claim, batches);
        connection_.flush();
    }
    Registration registration(
        with_.keys, lists_, *with_.presence, with_.accept_content, std::move(batches)
    );
    if (!registration.empty()) registration.write(connection_, with_.now());
    for (auto list : served) connection_.out().command("LLEN", lists_[list].key);
    if (claim > 0 && !ahead) claims = claim_.write(claim);

    auto replies = connection_.round_trip();
    std::span<redis::Reply> rest(replies);
    auto claimed_replies = ahead ? rest.first(claims) : rest.last(claims);
    if (ahead) rest = rest.subspan(claims);
    const auto leased = register_batches(registration, rest.first(registration.commands()));
    rest = rest.subspan(registration.commands());
    for (const auto& length : rest.first(served.size()))
        if (length.integer > 0) drained_ = false;
    if (claim > 0 && leased) {
        auto next = claim_.read(claimed_replies);
        if (!next) reread_ = true;
        if (!reread_) {
            claimed(claim, *next);
            pending_ = *std::move(next);
        }
    }
    return leased ? registration.take() : std::vector<Fetched>();
}

// False: somebody thought us dead and took what lay in the inboxes; it must be read again.
bool RedisBroker::register_batches(Registration& registration, std::span<redis::Reply> replies) {
    if (registration.empty()) return true;
    auto answer = registration.read(connection_, replies);
    if (answer == Registration::Answer::ScriptMissing) {
        answer = registration.run_script(connection_);
        reread_ = true;
    }
    if (answer == Registration::Answer::Registered) return true;
    log::warning(
        "consumer: another worker thought us dead and took back what we were about to lease."
    );
    reread_ = true;
    return false;
}

void RedisBroker::claimed(std::size_t asked, const std::vector<InboxBatch>& batches) {
    const auto n = count(batches);
    drained_ = n < asked;
    next_look_ = ticks() + steady(kLook);
    if (n == 0) return;
    double bytes = 0;
    for (const auto& batch : batches) {
        for (const auto& message : batch.messages) bytes += static_cast<double>(message.size());
        lists_.delivered(batch.list, batch.messages.size());
    }
    const auto mean = bytes / static_cast<double>(n);
    // Grows at once, shrinks slowly: one large batch is worse than some small ones.
    average_bytes_ = std::max({1.0, mean, 0.75 * average_bytes_ + 0.25 * mean});
}

// Sleeps until something may have come. False: the time is over, or somebody wants us elsewhere.
bool RedisBroker::wait(bool for_messages, SteadyPoint until) {
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}};
    auto wake = until;
    if (for_messages && !lists_.in_order().empty()) {
        waiters_.arm();
        if (!waiters_.covers_all()) wake = std::min(wake, next_look_);
        if (ghosts_) wake = std::min(wake, *ghosts_);
    }
    // Queues that expire are kept while their consumer has no room, too.
    if (!lists_.in_order().empty()) wake = std::min(wake, declarations_.next());
    waiters_.add_to(polled);
    wake = std::min(wake, waiters_.next_timeout());
    const auto left = std::chrono::ceil<Millis>(wake - ticks()).count();
    const int n = ::poll(
        polled.data(), polled.size(), static_cast<int>(std::clamp<long long>(left, 0, 60'000))
    );
    if (n > 0 && polled[0].revents != 0) {
        std::uint64_t times = 0;
        [[maybe_unused]] const auto got = ::read(wake_.get(), &times, sizeof times);
        return false;  // what has come besides lies in an inbox: the next fetch finds it
    }
    const auto now = ticks();
    if ((ghosts_ && *ghosts_ <= now) || declarations_.due(now)) ready();
    if (!waiters_.covers_all() && next_look_ <= now) drained_ = false;
    return n > 0 || now < until;
}

void RedisBroker::subscribe(std::vector<std::string> queues) {
    for (const auto& queue : queues)
        if (queue.empty() || queue.find('\n') != queue.npos)
            throw ConfigError("a queue's name must not be empty or have line breaks");
    try {
        if (waiters_.armed())
            guarded([&] {
                add_pending(waiters_.release(connection_));
                return 0;
            });
    } catch (const BrokerError& error) {  // nobody waits any more, so all the same …
        log::warning("consumer: {}", error.what());
    }
    lists_.serve(queues);
    with_.presence->serve(lists_.names());
    waiters_.watch(lists_.in_order());
    announced_ = false;
    drained_ = false;
}

std::vector<Fetched> RedisBroker::unsubscribe() {
    return guarded([&] {
        std::vector<Fetched> fetched;
        const bool any = waiters_.armed() || !pending_.empty() || reread_;
        if (any && generation_ != 0) {
            ready();
            add_pending(waiters_.release(connection_));
            if (waiters_.armed()) {  // nobody may unblock them: what they got is in the inboxes
                waiters_.close();
                read_inboxes();
            }
            if (!pending_.empty()) fetched = turn(0);
        }
        lists_.serve({});
        waiters_.watch({});
        with_.presence->serve({});
        return fetched;
    });
}

void RedisBroker::publish(std::span<const Outgoing> messages) {
    if (messages.empty()) return;
    guarded([&] {
        auto& connection = writer_ ? *writer_ : connection_;
        connection.connect();  // not ready(): who only publishes is no worker
        for (const auto& message : messages)
            connection.out().command(
                "LPUSH",
                with_.keys.key(with_.keys.list(message.queue, message.priority)),
                message.envelope
            );
        const auto replies = connection.round_trip();
        const auto refused = std::find_if(replies.begin(), replies.end(), [](const auto& reply) {
            return reply.error();
        });
        if (refused == replies.end()) return 0;
        if (!std::all_of(replies.begin(), replies.end(), [](const auto& r) { return r.error(); }))
            throw PartlyPublished(refused->text);
        connection.fail(*refused, "LPUSH");
    });
}

}  // namespace taskworker
