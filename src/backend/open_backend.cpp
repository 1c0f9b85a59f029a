#include "backend/open_backend.hpp"

#include <algorithm>

#include "backend/no_backend.hpp"
#include "backend/redis_backend.hpp"
#include "base/url.hpp"
#include "message/serializer.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

std::optional<ResultRecord> NoBackend::load(std::string_view) {
    throw BackendError("no result backend is configured: set result_backend");
}

std::optional<ResultRecord> NoBackend::wait(std::string_view id, SteadyPoint) { return load(id); }

// celery/backends/base.py: decode: also for one's own documents.
void check_results_are_accepted(const Settings& settings) {
    const auto serializer =
        serializer_named(settings.result_serializer).value_or(Serializer::JsonText);
    const auto type = content_type_of(serializer);
    const auto& accept =
        settings.result_accept_content ? *settings.result_accept_content : settings.accept_content;
    const bool accepted = std::any_of(accept.begin(), accept.end(), [&](const std::string& entry) {
        return is_accepted(type, entry);
    });
    if (!accepted)
        throw ConfigError(
            "result_serializer is " + settings.result_serializer +
            ", but result_accept_content (else accept_content) does not have it: Refusing to "
            "deserialize untrusted content of type " +
            content_type_for_people(type)
        );
}

bool stores_results(const Settings& settings) {
    return !settings.result_backend.empty() && settings.result_backend != "disabled" &&
           settings.result_backend != "disabled://";
}

std::unique_ptr<ResultBackend> open_backend(const Settings& settings) {
    if (!stores_results(settings)) return std::make_unique<NoBackend>();
    check_results_are_accepted(settings);
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
