#pragma once

#include "redis/error.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

// Some of the messages were taken, others refused: sent again as a whole, the first would come
// twice.
class PartlyPublished : public BrokerError {
public:
    using BrokerError::BrokerError;
};

// Runs it; what Redis refuses or loses comes out as BrokerError.
template <class F>
decltype(auto) as_broker_error(F&& run) {
    try {
        return run();
    } catch (const redis::RedisError& error) {
        throw BrokerError(error.what());
    }
}

}  // namespace taskworker
