#include "banner/banner_cache.hpp"
#include "site/pickle.hpp"
#include "site/redis.hpp"
#include "site/settings.hpp"

namespace shop {
namespace {

using Encode = std::string (*)(const tw::Json&);

std::string as_json(const tw::Json& value) {
    const bool ascii_only = true;
    return value.dump(-1, ' ', ascii_only, tw::Json::error_handler_t::replace);
}

Encode encoder_of(const ShopSettings& settings) {
    if (settings.banner_format == "json") return &as_json;
    if (settings.banner_format == "pickle") return &pickled;
    throw tw::ConfigError(
        "app.banner_format: '" + settings.banner_format + "' is not one of: json, pickle"
    );
}

// KEYS  the lock    ARGV  task id, seconds    Returns 1 if it is ours, now or since before.
constexpr std::string_view kLock = R"(
    if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 1 end
    return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0
)";
constexpr std::string_view kUnlock = R"(
    if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
)";

class RedisBannerCache final : public BannerCache {
public:
    explicit RedisBannerCache(const ShopSettings& settings)
        : redis_(RedisAddress::parse(settings.cache_url, "app.cache_url")),
          encode_(encoder_of(settings)),
          keys_(settings.banner_keys),
          ttl_(settings.banner_ttl) {
        if (keys_.empty()) throw tw::ConfigError("app.banner_keys: expected at least one key");
    }

    bool begin(const std::string& task_id) override {
        return redis_.script(kLock, {lock_key()}, {task_id, "60"}) == std::vector<std::string>{"1"};
    }
    void end(const std::string& task_id) override {
        redis_.script(kUnlock, {lock_key()}, {task_id});
    }
    void replace(const std::vector<Banner>& banners) override {
        const std::string list = encode_(tw::Json(banners));
        std::vector<Redis::Command> commands;
        for (const std::string& key : keys_) {
            commands.push_back({"SET", key, list});
            if (ttl_ > 0)
                commands.back().insert(commands.back().end(), {"EX", std::to_string(ttl_)});
        }
        redis_.run(commands);
    }

private:
    std::string lock_key() const { return "refresh_of_" + keys_.front(); }

    Redis redis_;
    const Encode encode_;
    const std::vector<std::string> keys_;
    const int ttl_;
};

}  // namespace

std::unique_ptr<BannerCache> make_banner_cache(const tw::Settings& settings) {
    return std::make_unique<RedisBannerCache>(shop_settings(settings));
}

}  // namespace shop
