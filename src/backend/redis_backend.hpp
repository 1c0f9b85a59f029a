#pragma once

#include "backend/result_backend.hpp"
#include "backend/result_keys.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Results as Celery keeps them in Redis: SETEX and PUBLISH of the same bytes on the same name;
// waiting by SUBSCRIBE and one GET (celery/backends/redis.py).
class RedisBackend final : public ResultBackend {
public:
    RedisBackend(RedisUrl url, ResultKeys keys, Millis connect_timeout, Millis timeout);

    void store(const ResultRecord& record) override;
    std::optional<ResultRecord> load(std::string_view id) override;
    std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) override;
    void forget(std::string_view id) override;

private:
    std::optional<ResultRecord> load_key(const std::string& key);

    const ResultKeys keys_;
    redis::Connection connection_, listener_;
};

redis::ConnectionOptions result_connection(RedisUrl url, Millis connect_timeout, Millis timeout);

}  // namespace taskworker
