#include "broker/redis_settings.hpp"

#include <fmt/format.h>

#include <utility>

namespace taskworker {

redis::ConnectionOptions RedisSettings::connection(
    std::string_view purpose, std::vector<const redis::Script*> scripts
) const {
    return address.connection(
        fmt::format("taskworker:{}:{}", presence->node(), purpose), std::move(scripts)
    );
}

std::string RedisSettings::script_now() const {
    return simulated_now ? fmt::format("{:.6f}", unix_time(simulated_now())) : std::string();
}

}  // namespace taskworker
