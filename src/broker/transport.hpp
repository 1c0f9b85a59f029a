#pragma once

#include <memory>

#include "broker/broker.hpp"
#include "broker/dead_letters.hpp"
#include "broker/fanout.hpp"
#include "broker/leases.hpp"
#include "broker/revocations.hpp"

namespace taskworker {

// All that one worker needs of its message broker. Every call makes a new object with connections
// of its own, which are opened at its first use; all of them speak for the same worker id. May be
// called from any thread; the objects may outlive it.
class Transport {
public:
    virtual ~Transport() = default;
    virtual std::unique_ptr<Broker> broker() = 0;
    virtual std::unique_ptr<Leases> leases() = 0;
    virtual std::unique_ptr<DeadLetters> dead_letters() = 0;
    virtual std::unique_ptr<Fanout> fanout() = 0;
    virtual std::unique_ptr<Revocations> revocations() = 0;
};

}  // namespace taskworker
