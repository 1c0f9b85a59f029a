#include "backend/open_backend.hpp"

#include "backend/no_backend.hpp"
#include "backend/redis_backend.hpp"
#include "base/url.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

std::optional<ResultRecord> NoBackend::load(std::string_view) {
    throw BackendError("no result backend is configured: set result_backend");
}

std::optional<ResultRecord> NoBackend::wait(std::string_view id, SteadyPoint) { return load(id); }

bool stores_results(const Settings& settings) {
    return !settings.result_backend.empty() && settings.result_backend != "disabled" &&
           settings.result_backend != "disabled://";
}

std::unique_ptr<ResultBackend> open_backend(const Settings& settings) {
    if (!stores_results(settings)) return std::make_unique<NoBackend>();
    return std::make_unique<RedisBackend>(result_server(settings), ResultKeys(settings));
}

redis::ConnectionOptions result_server(const Settings& settings) {
    return {
        .url = parse_redis_url(settings.result_backend),
        .name = "taskworker:results",
        .connect_timeout = std::chrono::duration_cast<Millis>(settings.broker_connection_timeout),
        .timeout = std::chrono::duration_cast<Millis>(settings.redis_socket_timeout)};
}

}  // namespace taskworker
