#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskworker {

// Where a Redis server is: redis://[user[:pw]@]host[:port][/db], rediss://…,
// redis+socket:///path?virtual_host=db (kombu/utils/url.py). A value.
struct RedisUrl {
    std::string scheme = "redis";  // redis, rediss, redis+socket
    std::optional<std::string> user, password;
    std::string host = "127.0.0.1";  // IPv6 without its brackets
    int port = 6379;
    int db = 0;
    std::string socket_path;                     // redis+socket only
    std::map<std::string, std::string> options;  // the query, decoded, without what stands above

    bool tls() const { return scheme == "rediss"; }
    bool unix_socket() const { return scheme == "redis+socket"; }

    // For people and logs: the password as "**", no options. "redis://user:**@host:6379/0".
    std::string redacted() const;
    bool operator==(const RedisUrl&) const = default;
};

// Throws ConfigError, which names the URL without its password. What the URL does not say is taken
// from `defaults`: host, port, user, password, database.
RedisUrl parse_redis_url(std::string_view text, const RedisUrl& defaults = {});

// One URL, or several with ';' between them, as in broker_url: at least one.
std::vector<RedisUrl> parse_redis_urls(std::string_view text);
std::vector<std::string_view> split_urls(std::string_view text);

// As redacted() where the text is such a URL, else as redact_url(): which server and database it
// is.
std::string shown_url(std::string_view text);

// Any text that might be a URL, or a list of them, with a password in it, fit for a log.
std::string redact_url(std::string_view text);

}  // namespace taskworker
