#include "redis/socket_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "taskworker/errors.hpp"

namespace taskworker::redis {
namespace {

[[noreturn]] void refuse_option(
    std::string_view setting, std::string_view name, std::string_view rule
) {
    throw ConfigError(fmt::format("{}: {}: {}", setting, name, rule));
}

std::optional<std::string> take_option(RedisUrl& url, const char* name) {
    auto node = url.options.extract(name);
    if (!node || node.mapped().empty() || node.mapped() == "None") return std::nullopt;
    return std::move(node.mapped());
}

std::optional<Seconds> take_seconds(RedisUrl& url, const char* name, std::string_view setting) {
    const auto text = take_option(url, name);
    if (!text) return std::nullopt;
    double value = 0;
    const auto* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc() || stop != end || !(value > 0) || value > 1e9)
        refuse_option(setting, name, "must be a number of seconds above 0");
    return Seconds(value);
}

// redis/connection.py: to_bool
std::optional<bool> take_flag(RedisUrl& url, const char* name) {
    const auto text = take_option(url, name);
    if (!text) return std::nullopt;
    constexpr std::array<std::string_view, 6> kFalse = {"0", "F", "FALSE", "N", "NO", "OFF"};
    std::string upper = *text;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    });
    return std::find(kFalse.begin(), kFalse.end(), upper) == kFalse.end();
}

// Linux' numbers of the TCP options.
int Keepalive::*member_of(std::string_view name) {
    if (name == "4" || name == "TCP_KEEPIDLE") return &Keepalive::idle;
    if (name == "5" || name == "TCP_KEEPINTVL") return &Keepalive::interval;
    if (name == "6" || name == "TCP_KEEPCNT") return &Keepalive::probes;
    if (name == "18" || name == "TCP_USER_TIMEOUT") return &Keepalive::user_timeout_ms;
    return nullptr;
}

}  // namespace

// Connections of ours are one per thread, ask for RESP2, hand out bytes, always come back and are
// watched by the answers they give.
bool passed_over(std::string_view option) {
    constexpr std::array<std::string_view, 13> kOptions = {
        "health_check_interval",
        "retry_on_timeout",
        "max_connections",
        "timeout",
        "protocol",
        "encoding",
        "encoding_errors",
        "decode_responses",
        "lib_name",
        "lib_version",
        "socket_read_size",
        "single_connection_client",
        "transport"};
    return std::find(kOptions.begin(), kOptions.end(), option) != kOptions.end();
}

void take_socket_options(RedisUrl& url, SocketOptions& to, std::string_view setting) {
    if (auto value = take_seconds(url, "socket_timeout", setting)) to.timeout = value;
    if (auto value = take_seconds(url, "socket_connect_timeout", setting))
        to.connect_timeout = value;
    if (auto value = take_flag(url, "socket_keepalive")) to.keepalive.on = *value;
    if (auto value = take_option(url, "client_name")) to.client_name = *std::move(value);
    if (url.options.contains("credential_provider"))
        refuse_option(setting, "credential_provider", "is of Python; use password_file");
    std::erase_if(url.options, [](const auto& option) { return passed_over(option.first); });
    if (url.options.empty()) return;
    refuse_option(setting, url.options.begin()->first, "no such option of a Redis URL");
}

void read_keepalive_options(const Json& options, Keepalive& to, std::string_view setting) {
    if (!options.is_object()) refuse_option(setting, "socket_keepalive_options", "must be a table");
    for (const auto& [name, value] : options.items()) {
        const auto member = member_of(name);
        if (!member)
            refuse_option(setting, "socket_keepalive_options", name + ": no such TCP option");
        if (!value.is_number_integer() || value.get<std::int64_t>() < 1 ||
            value.get<std::int64_t>() > 1'000'000'000)
            refuse_option(setting, "socket_keepalive_options", name + ": must be a number above 0");
        to.*member = static_cast<int>(value.get<std::int64_t>());
    }
}

}  // namespace taskworker::redis
