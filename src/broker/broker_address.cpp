#include "broker/broker_address.hpp"

#include <algorithm>
#include <utility>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

const std::string& first_given(const std::string& special, const std::string& common) {
    return special.empty() ? common : special;
}

BrokerAddress address_of(
    const Settings& settings, const std::string& urls, std::string_view setting
) {
    const auto options = parse_transport_options(settings.broker_transport_options);
    BrokerAddress address{.sockets = options.sockets};
    std::vector<redis::Server> servers;
    for (auto& url : parse_redis_urls(urls)) {
        servers.push_back(redis::make_server(std::move(url), settings.broker_use_ssl, setting));
        redis::take_socket_options(servers.back().url, address.sockets, setting);
    }
    using Strategy = redis::Servers::Strategy;
    const bool shuffle = settings.broker_failover_strategy == "shuffle";
    address.servers = redis::shared_servers(
        std::move(servers), shuffle ? Strategy::Shuffle : Strategy::RoundRobin
    );
    const auto patience =
        address.sockets.connect_timeout.value_or(settings.broker_connection_timeout);
    address.connect_timeout =
        std::chrono::duration_cast<Millis>(std::clamp(patience, Seconds(0.1), Seconds(3600)));
    return address;
}

}  // namespace

redis::ConnectionOptions BrokerAddress::connection(
    std::string name, std::vector<const redis::Script*> scripts
) const {
    constexpr Seconds kAnswer{5};  // as docs/reliability.md promises
    if (!sockets.client_name.empty()) name = sockets.client_name;
    // Redis takes printable characters without blanks only.
    std::erase_if(name, [](unsigned char c) { return c <= ' ' || c > '~'; });
    return {
        .url = (*servers)[0].url,
        .name = std::move(name),
        .scripts = std::move(scripts),
        .connect_timeout = connect_timeout,
        .timeout = std::chrono::duration_cast<Millis>(sockets.timeout.value_or(kAnswer)),
        .keepalive = sockets.keepalive,
        .servers = servers};
}

std::string BrokerAddress::text() const {
    std::string all;
    for (std::size_t i = 0; i < servers->size(); ++i) {
        if (i > 0) all += ';';
        all += (*servers)[i].url.redacted();
    }
    return all;
}

BrokerAddress address_to_read(const Settings& settings) {
    return settings.broker_read_url.empty()
               ? address_of(settings, settings.broker_url, "broker_url")
               : address_of(settings, settings.broker_read_url, "broker_read_url");
}

BrokerAddress address_to_write(const Settings& settings) {
    return settings.broker_write_url.empty()
               ? address_of(settings, settings.broker_url, "broker_url")
               : address_of(settings, settings.broker_write_url, "broker_write_url");
}

bool reads_and_writes_elsewhere(const Settings& settings) {
    return first_given(settings.broker_read_url, settings.broker_url) !=
           first_given(settings.broker_write_url, settings.broker_url);
}

}  // namespace taskworker
