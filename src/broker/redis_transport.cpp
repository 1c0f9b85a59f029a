#include "broker/redis_transport.hpp"

#include <algorithm>
#include <thread>

#include "broker/open_broker.hpp"
#include "broker/redis_broker.hpp"
#include "broker/redis_dead_letters.hpp"
#include "broker/redis_fanout.hpp"
#include "broker/redis_revocations.hpp"
#include "broker/scripts.hpp"

namespace taskworker {
namespace {

bool fit_for_an_id(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
}

std::size_t slots_of(const Settings& settings) {
    if (settings.worker_concurrency && *settings.worker_concurrency > 0)
        return static_cast<std::size_t>(*settings.worker_concurrency);
    return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

RedisSettings redis_settings(const Settings& settings, std::string node, std::string worker_id) {
    if (worker_id.empty() || !std::all_of(worker_id.begin(), worker_id.end(), fit_for_an_id))
        throw ConfigError("worker id: letters, digits, '-', '_' and '.' only");
    const auto options = parse_transport_options(settings.broker_transport_options);
    return {
        .address = address_to_read(settings),
        .write_address = reads_and_writes_elsewhere(settings)
                             ? std::optional(address_to_write(settings))
                             : std::nullopt,
        .options = options,
        .keys = RedisKeys(options),
        .queues = QueueTable(settings, node),
        .presence =
            std::make_shared<Presence>(std::move(worker_id), std::move(node), slots_of(settings)),
        .accept_content = settings.accept_content,
        .max_deliveries = settings.worker_max_deliveries};
}

std::unique_ptr<Broker> RedisTransport::broker() { return std::make_unique<RedisBroker>(with_); }

std::unique_ptr<Leases> RedisTransport::leases() {
    return std::make_unique<RedisLeases>(with_, lifetimes_);
}

std::unique_ptr<DeadLetters> RedisTransport::dead_letters() {
    return std::make_unique<RedisDeadLetters>(
        with_.connection("dead-letters", {&broker::kReplay}), with_.keys
    );
}

std::unique_ptr<Fanout> RedisTransport::fanout() { return std::make_unique<RedisFanout>(with_); }

std::unique_ptr<Revocations> RedisTransport::revocations() {
    return std::make_unique<RedisRevocations>(with_);
}

std::unique_ptr<Transport> open_broker(
    const Settings& settings, std::string node, std::string worker_id
) {
    return std::make_unique<RedisTransport>(
        redis_settings(settings, std::move(node), std::move(worker_id))
    );
}

}  // namespace taskworker
