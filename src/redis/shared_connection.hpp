#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "redis/connection.hpp"

namespace taskworker::redis {

// One connection for those parts of a worker that speak seldom and never block: each in its turn,
// in the order in which they came, and a turn is all round trips of one call. Thread-safe.
class SharedConnection {
public:
    explicit SharedConnection(ConnectionOptions options) : connection_(std::move(options)) {}

    // Before the others: what keeps us alive waits for one call of somebody else at most.
    enum class Urgency { Ordinary, First };
    // While it lives the connection is the caller's alone. What a failed call has left half written
    // or unread nobody else sees: the connection is closed then.
    class Turn {
    public:
        Turn(SharedConnection& shared, Urgency urgency) : shared_(shared) {
            shared_.enter(urgency);
        }
        ~Turn() {
            if (!shared_.connection_.settled()) shared_.connection_.close();
            shared_.leave();
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

    private:
        SharedConnection& shared_;
    };
    [[nodiscard]] Turn turn(Urgency urgency = Urgency::Ordinary) { return {*this, urgency}; }
    Connection& connection() { return connection_; }  // to be used within a turn

    // Within a turn that takes long, between two round trips: lets those go first who wait.
    void give_way();

    std::size_t waiting();  // for a turn, at the moment

    void need(std::span<const Script* const> scripts) {
        const auto mine = turn();
        connection_.need(scripts);
    }

private:
    void enter(Urgency urgency);
    void leave();

    std::mutex mutex_;
    std::condition_variable free_;
    bool taken_ = false;                   // guarded by mutex_, as these
    std::size_t urgent_ = 0;               // how many wait to be first
    std::uint64_t next_ = 0, served_ = 0;  // the numbers that the others draw
    Connection connection_;
};

// The same object for the same servers and owner (a worker's id), as long as somebody in this
// process uses it, made with the options of who came first; with all scripts that were ever asked
// for. Thread-safe.
std::shared_ptr<SharedConnection> shared_connection(
    const ConnectionOptions& options, const std::string& owner
);

}  // namespace taskworker::redis
