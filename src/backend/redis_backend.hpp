#pragma once

#include <memory>

#include "backend/result_backend.hpp"
#include "backend/result_keys.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Results in Redis as Celery stores them (celery/backends/redis.py): SETEX and PUBLISH in one step.
class RedisBackend final : public ResultBackend {
public:
    RedisBackend(redis::ConnectionOptions server, ResultKeys keys);

    void store(const ResultRecord& record) override;
    std::optional<ResultRecord> load(std::string_view id) override;
    std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) override;
    void forget(std::string_view id) override;
    void write(const GroupWrite& write) override;
    std::optional<Json> load_group(std::string_view id) override;
    void forget_group(std::string_view id) override;

private:
    void set(const std::string& key, const std::string& value);

    redis::ConnectionOptions server_;
    ResultKeys keys_;
    redis::Connection connection_;
};

// Stores results without looking at leases; see lua/store.lua.
extern const redis::Script kStoreScript;
// The Lua function succeeded(document), for the scripts that never write over a SUCCESS.
extern const std::string_view kSucceededLua;

}  // namespace taskworker
