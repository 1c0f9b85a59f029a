#pragma once

#include <poll.h>

#include <memory>
#include <vector>

#include "broker/registration.hpp"
#include "broker/served_lists.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// The idle wait: one connection per list, each blocked in `BLMOVE <list> <wait inbox> RIGHT LEFT`.
// Redis serves waiting workers in the order in which they came: one message wakes one worker, and
// it lies in an inbox, never only in a socket. Not thread-safe. Throws RedisError.
class Waiters {
public:
    Waiters(redis::ConnectionOptions connection, const ServedLists& lists);

    // Which lists to wait for; only while nothing is armed.
    void watch(std::vector<std::size_t> lists);
    bool covers_all() const { return covers_all_; }  // else the rest must be looked at now and then

    void arm();  // all that are not waiting
    bool armed() const;
    bool armed(std::size_t list) const;
    // What has come since; the connections it came from wait no more.
    std::vector<InboxBatch> collect();
    // Ends all waiting: CLIENT UNBLOCK over `control`. Each answers nil or the message it already
    // has. Without the right to do that it returns at once, and the waiting ends by itself within a
    // second.
    std::vector<InboxBatch> release(redis::Connection& control);
    void may_unblock(bool allowed) { may_unblock_ = allowed; }

    void add_to(std::vector<pollfd>& polled) const;
    SteadyPoint next_timeout() const;  // when collect() has to be called again, message or not
    void close();
    // After close(), over a new connection: a Redis that cannot know that we are gone (a half-open
    // network) still serves the old waiters first. True: none is left.
    bool end_ghosts(redis::Connection& control);

private:
    struct Waiter {
        std::size_t list;
        std::unique_ptr<redis::Connection> connection;
        bool armed = false;
        SteadyPoint overdue = {};
    };
    bool take(Waiter& waiter, std::vector<InboxBatch>& into);
    bool can_unblock() const;
    void unblock(redis::Connection& control);
    Seconds patience() const;

    redis::ConnectionOptions options_;
    const ServedLists& lists_;
    std::vector<Waiter> waiters_;
    std::vector<std::int64_t> ghosts_;  // clients in Redis that we have left while they waited
    bool covers_all_ = true, may_unblock_ = true;
};

inline constexpr Seconds kBlmoveTimeout{40};  // a vanished host keeps a waiter that long at most
inline constexpr Seconds kOverdue{5};         // an answer that is later than that is lost

}  // namespace taskworker
