#include "broker/waiters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "redis/stream.hpp"

namespace taskworker {
namespace {

using redis::RedisError;
constexpr std::size_t kMostConnections = 64;  // 3 kB each in Redis
constexpr Seconds kShort{1};                  // when nobody may unblock us
constexpr Millis kUnblockPause{3};
constexpr Millis kUnblockPatience{5000};

SteadyPoint ticks() { return std::chrono::steady_clock::now(); }
SteadyPoint::duration steady(Seconds s) {
    return std::chrono::duration_cast<SteadyPoint::duration>(s);
}

}  // namespace

Waiters::Waiters(redis::ConnectionOptions connection, const ServedLists& lists)
    : options_(std::move(connection)), lists_(lists) {}

void Waiters::watch(std::vector<std::size_t> lists) {
    covers_all_ = lists.size() <= kMostConnections;
    if (!covers_all_) lists.resize(kMostConnections);
    std::vector<Waiter> next;
    for (auto list : lists) {
        const auto old = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) {
            return waiter.connection && waiter.list == list;
        });
        next.push_back({.list = list, .connection = nullptr});
        if (old != waiters_.end()) next.back() = std::move(*old);
    }
    waiters_ = std::move(next);
}

Seconds Waiters::patience() const { return can_unblock() ? kBlmoveTimeout : kShort; }

bool Waiters::can_unblock() const {
    return may_unblock_ && std::all_of(waiters_.begin(), waiters_.end(), [](const Waiter& waiter) {
               return !waiter.connection || !waiter.connection->connected() ||
                      waiter.connection->server().client_id != 0;
           });
}

void Waiters::arm() {
    for (auto& waiter : waiters_) {
        if (waiter.armed) continue;
        if (!waiter.connection) waiter.connection = std::make_unique<redis::Connection>(options_);
        waiter.connection->connect();
        const auto wait = patience();
        const auto& list = lists_[waiter.list];
        waiter.connection->out().command(
            "BLMOVE", list.key, list.wait_inbox, "RIGHT", "LEFT", fmt::format("{:g}", wait.count())
        );
        waiter.connection->flush();
        waiter.armed = true;
        waiter.overdue = ticks() + steady(wait + kOverdue);
    }
}

bool Waiters::armed() const {
    return std::any_of(waiters_.begin(), waiters_.end(), [](const Waiter& w) { return w.armed; });
}

bool Waiters::armed(std::size_t list) const {
    return std::any_of(waiters_.begin(), waiters_.end(), [&](const Waiter& waiter) {
        return waiter.list == list && waiter.armed;
    });
}

bool Waiters::take(Waiter& waiter, std::vector<InboxBatch>& into) {
    auto reply = waiter.connection->try_read();
    if (!reply) return false;
    waiter.armed = false;
    waiter.connection->check(*reply, "BLMOVE");
    if (reply->nil()) return false;
    InboxBatch batch{.kind = InboxBatch::Kind::Wait, .list = waiter.list, .messages = {}};
    batch.messages.push_back(std::move(reply->text));
    into.push_back(std::move(batch));
    return true;
}

std::vector<InboxBatch> Waiters::collect() {
    std::vector<pollfd> polled;
    add_to(polled);
    std::vector<InboxBatch> result;
    if (polled.empty()) return result;
    const auto now = ticks();
    ::poll(polled.data(), polled.size(), 0);
    auto at = polled.begin();
    for (auto& waiter : waiters_) {
        if (!waiter.armed) continue;
        if (at++->revents != 0) {
            take(waiter, result);
        } else if (waiter.overdue <= now) {
            waiter.connection->fail(
                RedisError::Kind::Timeout, "BLMOVE", "no answer, the connection is dead"
            );
        }
    }
    return result;
}

void Waiters::unblock(redis::Connection& control) {
    for (const auto& waiter : waiters_)
        if (waiter.armed)
            control.out().command("CLIENT", "UNBLOCK", waiter.connection->server().client_id);
    for (const auto& reply : control.round_trip()) {
        if (reply.error() && redis::kind_of(reply.text) == RedisError::Kind::NoPermission)
            may_unblock_ = false;
        else
            control.check(reply, "CLIENT UNBLOCK");
    }
}

// A BLMOVE that Redis has not read yet cannot be unblocked: asked again until all have answered.
std::vector<InboxBatch> Waiters::release(redis::Connection& control) {
    auto result = collect();
    const auto until = ticks() + kUnblockPatience;
    while (armed() && can_unblock()) {
        unblock(control);
        for (auto& waiter : waiters_) {
            if (!waiter.armed) continue;
            redis::wait_for(waiter.connection->fd(), POLLIN, ticks() + kUnblockPause);
            take(waiter, result);
        }
        if (ticks() > until)
            control.fail(RedisError::Kind::Timeout, "CLIENT UNBLOCK", "BLMOVE does not end");
    }
    return result;
}

void Waiters::add_to(std::vector<pollfd>& polled) const {
    for (const auto& waiter : waiters_)
        if (waiter.armed) polled.push_back({waiter.connection->fd(), POLLIN, 0});
}

SteadyPoint Waiters::next_timeout() const {
    auto next = SteadyPoint::max();
    for (const auto& waiter : waiters_)
        if (waiter.armed) next = std::min(next, waiter.overdue);
    return next;
}

void Waiters::close() {
    for (auto& waiter : waiters_) {
        if (waiter.armed) ghosts_.push_back(waiter.connection->server().client_id);
        if (waiter.connection) waiter.connection->close();
        waiter.armed = false;
    }
}

bool Waiters::end_ghosts(redis::Connection& control) {
    const bool known = std::find(ghosts_.begin(), ghosts_.end(), 0) == ghosts_.end();
    if (!may_unblock_ || !known) return ghosts_.clear(), false;
    for (const auto id : ghosts_) control.out().command("CLIENT", "UNBLOCK", id);
    for (const auto& reply : control.round_trip()) control.check(reply, "CLIENT UNBLOCK");
    ghosts_.clear();
    return true;
}

}  // namespace taskworker
