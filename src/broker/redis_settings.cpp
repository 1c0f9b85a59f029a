#include "broker/redis_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace taskworker {

redis::ConnectionOptions RedisSettings::connection(
    std::string_view purpose, std::vector<const redis::Script*> scripts
) const {
    return address.connection(
        fmt::format("taskworker:{}:{}", presence->node(), purpose), std::move(scripts)
    );
}

std::shared_ptr<redis::SharedConnection> RedisSettings::shared(
    std::vector<const redis::Script*> scripts
) const {
    auto with = connection("shared", std::move(scripts));
    with.timeout = std::min(with.timeout, kPatience);
    return redis::shared_connection(with, presence->id());
}

std::string RedisSettings::script_now() const {
    return simulated_now ? fmt::format("{:.6f}", unix_time(simulated_now())) : std::string();
}

}  // namespace taskworker
