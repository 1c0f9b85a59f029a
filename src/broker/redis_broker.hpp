#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "broker/broker.hpp"
#include "broker/claim.hpp"
#include "broker/declarations.hpp"
#include "broker/redis_settings.hpp"
#include "broker/registration.hpp"
#include "broker/served_lists.hpp"
#include "broker/waiters.hpp"
#include "redis/connection.hpp"
#include "redis/socket_stream.hpp"

namespace taskworker {

// Messages from Redis lists (docs/protocol/redis-delivery.md). Under load one round trip per batch:
// it leases what the one before has claimed, and claims the next. Idle: BLMOVE. A message is always
// in a list, in an inbox of ours that others can find, or leased; so whatever breaks, nothing is
// lost.
class RedisBroker final : public Broker {
public:
    explicit RedisBroker(RedisSettings settings);

    std::vector<Fetched> fetch(std::size_t room, SteadyPoint until) override;
    void interrupt() override;
    void reconnect() override;
    void subscribe(std::vector<std::string> queues) override;
    std::vector<Fetched> unsubscribe() override;
    void publish(std::span<const Outgoing> messages) override;

private:
    template <class F>
    auto guarded(F&& run);
    std::vector<Fetched> fetch_now(std::size_t room, SteadyPoint until);
    void ready();
    void probe_rights();
    void announce();
    void read_inboxes();
    bool may_claim_ahead(std::span<const InboxBatch> taken) const;
    std::vector<Fetched> turn(std::size_t claim);
    void claimed(std::size_t asked, const std::vector<InboxBatch>& batches);
    bool register_batches(Registration& registration, std::span<redis::Reply> replies);
    bool wait(bool for_messages, SteadyPoint until);
    std::size_t claim_size(std::size_t room) const;
    std::size_t pending() const;
    void add_pending(std::vector<InboxBatch> come);
    void lost() noexcept;

    const RedisSettings with_;
    ServedLists lists_;
    Declarations declarations_;
    redis::Connection connection_;
    std::unique_ptr<redis::Connection> writer_;  // if messages are published elsewhere
    Claim claim_;
    Waiters waiters_;
    redis::Descriptor wake_;           // eventfd of interrupt()
    std::vector<InboxBatch> pending_;  // in our inboxes, not leased yet
    std::uint64_t generation_ = 0;     // of the connection we were announced on
    bool announced_ = false;
    bool reread_ = false;                // the inboxes may hold what we do not know of
    bool drained_ = false;               // the last claim found nothing
    std::optional<SteadyPoint> ghosts_;  // when what a lost connection still got has arrived
    SteadyPoint next_look_ = {};         // at lists that no connection waits for
    double average_bytes_ = 0;           // per message
};

}  // namespace taskworker
