#include <hiredis/hiredis.h>

#include <optional>
#include <regex>
#include <utility>

#include "banner_cache.hpp"
#include "shop_settings.hpp"

namespace shop {
namespace {

constexpr timeval kTimeout{.tv_sec = 5, .tv_usec = 0};

struct RedisAddress {
    std::string user, password, host, path;  // path: of a unix socket, instead of a host
    int port = 6379;
    std::string database = "0";
};

std::string percent_decoded(const std::string& text) {
    const auto is_hex = [](char c) {
        return std::string_view("0123456789abcdefABCDEF").find(c) != std::string_view::npos;
    };
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            decoded += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
}

// redis://[[user]:password@]host[:port][/db] and unix://[[user]:password@]/path[?db=n], as in
// Django's LOCATION.
RedisAddress parse_address(const std::string& url) {
    static const std::regex pattern(
        R"((redis|unix)://(?:([^:@/]*):([^@/]*)@)?(?:([^:/?]+)(?::(\d{1,5}))?(?:/(\d*))?|(/[^?]*)(?:\?db=(\d+))?))"
    );
    std::smatch part;
    const bool fits =
        std::regex_match(url, part, pattern) && (part[1] == "unix") == part[7].matched;
    if (!fits)
        throw tw::ConfigError("app.cache_url: expected redis://host:port/db or unix:///path?db=n");
    RedisAddress address{
        .user = percent_decoded(part[2]),
        .password = percent_decoded(part[3]),
        .host = part[4],
        .path = part[7]};
    if (part[5].matched) address.port = std::stoi(part[5]);
    for (const auto& database : {part[6], part[8]}) {
        if (database.length() > 0) address.database = database;
    }
    return address;
}

// One connection for one refresh: it happens twice a minute.
class RedisBannerCache final : public BannerCache {
public:
    RedisBannerCache(RedisAddress address, std::string key, int ttl)
        : address_(std::move(address)), key_(std::move(key)), ttl_(ttl) {}

    void replace(const std::vector<Banner>& banners) override {
        const Connection redis = connect();
        const std::string list = as_json(banners);
        if (ttl_ > 0) {
            command(redis, {"SETEX", key_, std::to_string(ttl_), list});
        } else {
            command(redis, {"SET", key_, list});
        }
    }

private:
    struct Close {
        void operator()(redisContext* context) const { redisFree(context); }
        void operator()(redisReply* reply) const { freeReplyObject(reply); }
    };
    using Connection = std::unique_ptr<redisContext, Close>;

    static std::string as_json(const std::vector<Banner>& banners) {
        const bool ascii_only = true;
        return tw::Json(banners).dump(-1, ' ', ascii_only, tw::Json::error_handler_t::replace);
    }

    Connection connect() const {
        Connection redis(
            address_.path.empty()
                ? redisConnectWithTimeout(address_.host.c_str(), address_.port, kTimeout)
                : redisConnectUnixWithTimeout(address_.path.c_str(), kTimeout)
        );
        if (!redis || redis->err != 0) throw CacheError(redis ? redis->errstr : "out of memory");
        redisSetTimeout(redis.get(), kTimeout);
        if (!address_.user.empty()) {
            command(redis, {"AUTH", address_.user, address_.password});
        } else if (!address_.password.empty()) {
            command(redis, {"AUTH", address_.password});
        }
        command(redis, {"SELECT", address_.database});
        return redis;
    }

    static void command(const Connection& redis, const std::vector<std::string>& words) {
        std::vector<const char*> texts;
        std::vector<std::size_t> sizes;
        for (const std::string& word : words) {
            texts.push_back(word.data());
            sizes.push_back(word.size());
        }
        const std::unique_ptr<redisReply, Close> reply(static_cast<redisReply*>(redisCommandArgv(
            redis.get(), static_cast<int>(words.size()), texts.data(), sizes.data()
        )));
        if (!reply) throw CacheError(words[0] + ": " + redis->errstr);
        if (reply->type == REDIS_REPLY_ERROR) throw CacheError(words[0] + ": " + reply->str);
    }

    const RedisAddress address_;
    const std::string key_;
    const int ttl_;
};

}  // namespace

std::unique_ptr<BannerCache> make_banner_cache(const tw::Settings& settings) {
    const ShopSettings shop = shop_settings(settings);
    return std::make_unique<RedisBannerCache>(
        parse_address(shop.cache_url), shop.banner_key, shop.banner_ttl
    );
}

}  // namespace shop
