#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/broker.hpp"
#include "broker/parked_task.hpp"
#include "message/delivery.hpp"

namespace taskworker {

// A task of a dead worker that had begun under early ack: it must not run again, but its end must
// be told. The keeper settles it as FAILURE WorkerLostError.
struct LostStart {
    std::string tag;
    std::string worker;  // the dead one's id
    std::string note;    // Start::note
};

struct ReapReport {
    std::string worker;
    std::size_t handed_back = 0;     // inbox messages and leases, back at the right end
    std::vector<LostStart> started;  // to be settled by the caller
    std::vector<Delivery> poisoned;  // died too often: to be settled as dead letters by the caller
};

struct Parking {
    std::string tag;
    TimePoint due;
};
struct Handover {
    std::string tag, list, message;
};

// Holding, giving back and taking over. Not thread-safe: each thread has its own object; they take
// turns on one connection (redis/shared_connection.hpp). Throws BrokerError.
class Leases {
public:
    virtual ~Leases() = default;

    // Says that we live, as beat() does, but looks for nobody: whoever is told must reap at once.
    virtual void announce() = 0;
    // Says that we live. `false`: somebody thought us dead; our inboxes and leases may be gone.
    struct Beat {
        bool known = true;
        std::vector<std::string> dead;  // workers to reap: only one caller at a time is told
        std::size_t backlog = 0;        // messages that wait in the lists we serve
        bool more = false;              // more are dead than one is told of at once
    };
    virtual Beat beat() = 0;
    // In place of beat(), by a worker that holds nothing: says that we live, and for longer, with
    // as little as that takes. The dead are not looked for here, only whether there may be some.
    struct Rest {
        bool closer = false;  // there is something to be seen: call beat() now
        Seconds until{0};     // after so long again
    };
    virtual Rest rest() = 0;
    virtual void leave() = 0;  // orderly end: nobody needs to reap us
    // How often it had to connect to the broker.
    virtual std::uint64_t connects() { return 0; }

    // Renews; returns the tags that are not ours any more.
    virtual std::vector<std::string> extend(std::span<const std::string> tags, TimePoint now) = 0;
    virtual std::vector<std::string> park(std::span<const Parking> parkings
    ) = 0;  // returns lost tags
    virtual std::vector<Fetched> claim_due(TimePoint now, std::size_t most) = 0;
    virtual std::optional<TimePoint> next_due() = 0;
    // When the lease was renewed that nobody has renewed for longest: see restore_expired().
    virtual std::optional<TimePoint> oldest_lease() = 0;
    // To look at: from the `from`-th on, the next due first. Nothing changes hands.
    virtual std::vector<ParkedTask> parked(std::size_t from, std::size_t most) = 0;
    // Unstarted leases, newest first, back to the front of their lists. Returns how many were ours.
    virtual std::size_t hand_back(std::span<const Handover> leases) = 0;
    // After a lost connection: leases of ours that nobody told us of, for Redis' answer got lost.
    // Returns how many went back to the front of their lists.
    using Known = std::function<bool(const std::string& tag)>;
    virtual std::size_t hand_back_unknown(const Known& known) = 0;

    virtual ReapReport reap(const std::string& worker) = 0;
    // kombu's rule for messages of Python workers: older than the visibility timeout → back in the
    // queue (kombu/transport/redis.py: restore_visible). Returns how many.
    virtual std::size_t restore_expired(TimePoint now) = 0;
};

}  // namespace taskworker
