#pragma once

#include "broker/redis_settings.hpp"
#include "broker/revocations.hpp"
#include "redis/shared_connection.hpp"

namespace taskworker {

// The sorted set taskworker.revoked: id → Unix time. Bounded as Celery's own set is: 50,000 ids,
// three hours.
class RedisRevocations final : public Revocations {
public:
    explicit RedisRevocations(const RedisSettings& settings);
    void add(std::span<const std::string> ids, TimePoint now) override;
    std::vector<std::string> load(TimePoint now) override;

private:
    const std::shared_ptr<redis::SharedConnection> shared_;
    redis::Connection& connection_;  // of shared_: within a turn
    const std::string key_;
};

}  // namespace taskworker
