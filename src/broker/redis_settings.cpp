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

}  // namespace taskworker
