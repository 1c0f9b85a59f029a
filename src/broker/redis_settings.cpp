#include "broker/redis_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taskworker {

redis::ConnectionOptions RedisSettings::connection(
    std::string_view purpose, std::vector<const redis::Script*> scripts
) const {
    auto name = options.client_name.empty()
                    ? fmt::format("taskworker:{}:{}", presence->node(), purpose)
                    : options.client_name;
    // Redis takes printable characters without blanks only.
    std::erase_if(name, [](unsigned char c) { return c <= ' ' || c > '~'; });
    return {
        .url = url,
        .name = std::move(name),
        .scripts = std::move(scripts),
        .connect_timeout = connect_timeout,
        .timeout = std::chrono::duration_cast<Millis>(options.socket_timeout)};
}

}  // namespace taskworker
