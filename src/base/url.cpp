#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

[[noreturn]] void refuse(std::string_view url, std::string_view why) {
    throw ConfigError(fmt::format("{}: {}", redact_url(url), why));
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// urllib.parse.unquote: a % without two digits behind it stays as it is.
std::string percent_decode(std::string_view text, bool plus_is_space = false) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high * 16 + low);
                i += 2;
                continue;
            }
        }
        out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
    return out;
}

// The text before the first `sign`, which is taken from `rest` with it; all of it when there is
// none.
std::string_view cut(std::string_view& rest, char sign) {
    const auto at = rest.find(sign);
    const auto head = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
    return head;
}

std::optional<int> whole_number(std::string_view text, int most) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value < 0 || value > most ? std::nullopt : std::optional(value);
}

int read_db(std::string_view url, std::string_view text) {
    if (text.empty()) return 0;
    const auto db = whole_number(text, 1 << 20);
    if (!db) refuse(url, "the database must be a number");
    return *db;
}

void read_options(RedisUrl& url, std::string_view query) {
    while (!query.empty()) {
        auto value = cut(query, '&');
        const auto name = cut(value, '=');
        if (!name.empty()) url.options[percent_decode(name, true)] = percent_decode(value, true);
    }
}

std::optional<std::string> take(std::map<std::string, std::string>& options, const char* name) {
    auto node = options.extract(name);
    return node ? std::optional(std::move(node.mapped())) : std::nullopt;
}

void read_userinfo(RedisUrl& url, std::string_view info) {
    const auto user = percent_decode(cut(info, ':'));
    const auto password = percent_decode(info);
    if (!user.empty()) url.user = user;
    if (!password.empty()) url.password = password;
}

void read_host(RedisUrl& url, std::string_view whole, std::string_view text) {
    std::string_view port;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) refuse(whole, "'[' without ']' in the host");
        url.host = std::string(text.substr(1, end - 1));
        port = text.substr(end + 1);
        if (!port.empty() && port.front() != ':') refuse(whole, "the port must follow a colon");
        if (!port.empty()) port.remove_prefix(1);
    } else {
        port = text;
        const auto host = percent_decode(cut(port, ':'));
        if (!host.empty()) url.host = host;
    }
    if (port.empty()) return;
    const auto number = whole_number(port, 65535);
    if (!number || *number == 0) refuse(whole, "the port must be a number from 1 to 65535");
    url.port = *number;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    return out;
}

std::string read_scheme(std::string_view url) {
    const auto end = url.find("://");
    if (end == std::string_view::npos) refuse(url, "not a URL, expected redis://host:6379/0");
    auto scheme = lower(url.substr(0, end));
    if (scheme == "socket" || scheme == "unix" || scheme == "redis+unix") scheme = "redis+socket";
    if (scheme != "redis" && scheme != "rediss" && scheme != "redis+socket") {
        refuse(
            url,
            fmt::format(
                "'{}' is not supported; known are redis://, rediss:// and redis+socket://", scheme
            )
        );
    }
    if (split_urls(url).size() > 1) refuse(url, "one URL only, not a list of them");
    return scheme;
}

}  // namespace

RedisUrl parse_redis_url(std::string_view text, const RedisUrl& defaults) {
    RedisUrl url = defaults;
    url.scheme = read_scheme(text);
    auto rest = text.substr(text.find("://") + 3);
    rest = rest.substr(0, rest.find('#'));
    auto place = cut(rest, '?');
    read_options(url, rest);

    // Celery's backends take them from the query as well (celery/backends/redis.py:
    // _params_from_url).
    if (auto user = take(url.options, "username"); user && !user->empty()) url.user = user;
    if (auto word = take(url.options, "password"); word && !word->empty()) url.password = word;

    const auto slash = place.find('/');
    auto authority = place.substr(0, slash);
    const auto path = slash == std::string_view::npos ? std::string_view() : place.substr(slash);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        read_userinfo(url, authority.substr(0, at));
        authority.remove_prefix(at + 1);
    } else if (path.find('@') != std::string_view::npos) {
        refuse(text, "a '/' in the user name or password must be written %2F");
    }
    auto db = take(url.options, "virtual_host");
    if (auto other = take(url.options, "db"); other && !db) db = other;

    if (url.unix_socket()) {
        url.socket_path = percent_decode(authority) + percent_decode(path);
        if (url.socket_path.empty()) refuse(text, "the path of the socket is missing");
    } else {
        read_host(url, text, authority);
        if (path.size() > 1) db = percent_decode(path.substr(1));
    }
    if (db && !db->empty() && db->front() == '/') db->erase(0, 1);
    if (db && !db->empty()) url.db = read_db(text, *db);
    return url;
}

// A ';' may also stand in a password: only one that is followed by a scheme is a separator.
std::vector<std::string_view> split_urls(std::string_view text) {
    std::vector<std::string_view> all;
    std::size_t start = 0;
    for (auto at = text.find(';'); at != std::string_view::npos; at = text.find(';', at + 1)) {
        const auto rest = text.substr(at + 1);
        const auto scheme = rest.substr(0, rest.find(':'));
        const auto letters = scheme.find_first_not_of(" abcdefghijklmnopqrstuvwxyz+");
        if (letters != std::string_view::npos || !rest.substr(scheme.size()).starts_with("://"))
            continue;
        all.push_back(text.substr(start, at - start));
        start = at + 1;
    }
    all.push_back(text.substr(start));
    for (auto& url : all) {
        while (!url.empty() && url.front() == ' ') url.remove_prefix(1);
        while (!url.empty() && (url.back() == ' ' || url.back() == ';')) url.remove_suffix(1);
    }
    return all;
}

std::vector<RedisUrl> parse_redis_urls(std::string_view text) {
    std::vector<RedisUrl> all;
    for (const auto url : split_urls(text)) all.push_back(parse_redis_url(url));
    return all;
}

std::string RedisUrl::redacted() const {
    std::string who = user.value_or("");
    if (password) who += ":**";
    if (!who.empty()) who += '@';
    if (unix_socket()) {
        const auto path = fmt::format("{}://{}{}", scheme, who, socket_path);
        return db == 0 ? path : fmt::format("{}?virtual_host={}", path, db);
    }
    const bool v6 = host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}:{}/{}", scheme, who, v6 ? '[' + host + ']' : host, port, db);
}

namespace {

// "user:secret@host" without the secret.
std::string redact_one(std::string_view text) {
    // Deliberately coarse: up to the last '@' all is user and password, and options may hold one
    // too.
    const auto scheme = text.find("://");
    auto start = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto at = text.rfind('@');
    std::string out(text.substr(0, start));
    if (at != std::string_view::npos && at >= start) {
        auto user = text.substr(start, at - start);
        const auto colon = user.find(':');
        if (colon != std::string_view::npos) out += user.substr(0, colon);
        out += ":**";
        start = at;
    }
    const auto rest = text.substr(start);
    out += rest.substr(0, std::min(rest.find('?'), rest.find('#')));
    return out;
}

}  // namespace

std::string redact_url(std::string_view text) {
    std::string out;
    for (const auto url : split_urls(text)) {
        if (!out.empty()) out += ';';
        out += redact_one(url);
    }
    return out;
}

std::string shown_url(std::string_view text) {
    try {
        return parse_redis_url(text).redacted();
    } catch (const ConfigError&) {
        return redact_url(text);
    }
}

}  // namespace taskworker
