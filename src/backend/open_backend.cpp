#include "backend/open_backend.hpp"

#include <algorithm>
#include <utility>

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

// A chord cannot end when nobody counts its parts.
void NoBackend::write(const GroupWrite& write) { load(write.group_id); }

std::optional<Json> NoBackend::load_group(std::string_view id) {
    load(id);
    return std::nullopt;
}

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

namespace {

// What redis_host and its kin say, for what the URL leaves open (celery/backends/redis.py).
RedisUrl url_defaults(const Settings& settings) {
    RedisUrl url;
    url.host = settings.redis_host.value_or(url.host);
    url.port = settings.redis_port.value_or(url.port);
    url.db = settings.redis_db.value_or(url.db);
    url.user = settings.redis_username;
    url.password = settings.redis_password;
    return url;
}

constexpr auto kName = "result_backend";

redis::Server server_of(const Settings& settings) {
    const auto& text = settings.result_backend;
    auto url = parse_redis_url(text == "redis" ? "redis://" : text, url_defaults(settings));
    const bool plain = url.scheme == "redis";
    auto server = redis::make_server(std::move(url), settings.redis_backend_use_ssl, kName);
    // As in Celery: who thinks of certificates must not get an open line by one missing letter.
    if (plain && server.url.tls())
        throw ConfigError(
            "result_backend: " + server.url.redacted() + ": TLS wants a rediss:// URL"
        );
    return server;
}

Millis clamped(Seconds seconds) {
    return std::chrono::duration_cast<Millis>(std::clamp(seconds, Seconds(0.1), Seconds(86'400)));
}

}  // namespace

redis::ConnectionOptions result_server(const Settings& settings) {
    redis::SocketOptions sockets{
        .timeout = settings.redis_socket_timeout,
        .connect_timeout = settings.redis_socket_connect_timeout,
        .keepalive = {.on = settings.redis_socket_keepalive},
        .client_name = settings.redis_client_name.value_or("taskworker:results")};
    auto server = server_of(settings);
    redis::take_socket_options(server.url, sockets, kName);
    auto url = server.url;
    return {
        .url = std::move(url),
        .name = std::move(sockets.client_name),
        .connect_timeout =
            clamped(sockets.connect_timeout.value_or(settings.broker_connection_timeout)),
        .timeout = clamped(sockets.timeout.value_or(settings.redis_socket_timeout)),
        .keepalive = sockets.keepalive,
        .servers =
            redis::shared_servers({std::move(server)}, redis::Servers::Strategy::RoundRobin)};
}

}  // namespace taskworker
