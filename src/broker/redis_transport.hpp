#pragma once

#include "broker/redis_leases.hpp"
#include "broker/redis_settings.hpp"
#include "broker/transport.hpp"

namespace taskworker {

// What settings say about the broker's Redis, and who we are there. Throws ConfigError.
RedisSettings redis_settings(const Settings& settings, std::string node, std::string worker_id);

class RedisTransport final : public Transport {
public:
    explicit RedisTransport(RedisSettings settings, Lifetimes lifetimes = {})
        : with_(std::move(settings)), lifetimes_(lifetimes) {}
    std::unique_ptr<Broker> broker() override;
    std::unique_ptr<Leases> leases() override;
    std::unique_ptr<DeadLetters> dead_letters() override;
    std::unique_ptr<Fanout> fanout() override;
    std::unique_ptr<Revocations> revocations() override;

private:
    const RedisSettings with_;
    const Lifetimes lifetimes_;
};

}  // namespace taskworker
