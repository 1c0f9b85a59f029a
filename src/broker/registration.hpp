#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "broker/broker.hpp"
#include "broker/presence.hpp"
#include "broker/redis_keys.hpp"
#include "broker/served_lists.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// What lies in one of our inboxes: claimed or served to a waiting connection, not yet leased.
struct InboxBatch {
    enum class Kind { Claim, Wait } kind = Kind::Claim;
    std::size_t list = 0;               // index in ServedLists
    std::vector<std::string> messages;  // the oldest first
};

inline const std::string& inbox_of(const ServedList& list, InboxBatch::Kind kind) {
    return kind == InboxBatch::Kind::Claim ? list.claim_inbox : list.wait_inbox;
}

// Makes leases of what lies in our inboxes, in one transaction: HSET unacked, ZADD unacked_index,
// dead letters, register.lua. Messages are read first: what is malformed must not get into
// `unacked`, where it would end every Python worker that meets it. Used once, then thrown away.
class Registration {
public:
    enum class Answer { Registered, Undone, ScriptMissing };

    Registration(
        const RedisKeys& keys,
        const ServedLists& lists,
        Presence& presence,
        std::span<const std::string> accept,
        std::vector<InboxBatch> batches
    );

    bool empty() const { return items_.empty(); }
    void write(redis::Connection& connection, TimePoint now);
    std::size_t commands() const { return commands_; }  // that write() wrote: as many replies come
    // Throws RedisError if nothing was done.
    Answer read(const redis::Connection& connection, std::span<redis::Reply> replies);
    // After ScriptMissing: the transaction went through but for its script. Once more, alone.
    Answer run_script(redis::Connection& connection);
    std::vector<Fetched> take();

private:
    struct Item {
        std::size_t batch = 0;  // in batches_
        std::shared_ptr<Delivery> delivery;
        std::string why = {};  // malformed: then only tag and bytes count
    };
    void open(std::size_t batch, std::string message);
    void write_script(redis::Connection& connection) const;
    const std::string& inbox(const InboxBatch& batch) const;
    std::size_t good() const;

    const RedisKeys& keys_;
    const ServedLists& lists_;
    Presence& presence_;
    std::span<const std::string> accept_;
    std::vector<InboxBatch> batches_;
    std::vector<std::size_t> sizes_;
    std::vector<Item> items_;
    std::uint64_t first_number_ = 0;
    std::size_t commands_ = 0;
};

}  // namespace taskworker
