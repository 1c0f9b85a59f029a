#include "backend/open_backend.hpp"

#include "backend/no_backend.hpp"
#include "backend/redis_backend.hpp"

namespace taskworker {

std::unique_ptr<ResultBackend> open_backend(const Settings& settings) {
    if (stores_no_results(settings)) return std::make_unique<NoBackend>();
    return std::make_unique<RedisBackend>(
        result_url(settings),
        result_keys(settings),
        std::chrono::duration_cast<Millis>(settings.broker_connection_timeout),
        std::chrono::duration_cast<Millis>(settings.redis_socket_timeout)
    );
}

}  // namespace taskworker
