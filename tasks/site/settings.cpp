#include "site/settings.hpp"

namespace shop {
namespace {

// The broker's Redis, database 1, in the words of Django's LOCATION.
std::string beside_the_broker(const std::string& broker) {
    const std::string socket = "redis+socket://";
    if (broker.starts_with(socket)) {
        return "unix://" + broker.substr(socket.size(), broker.find('?') - socket.size()) + "?db=1";
    }
    if (!broker.starts_with("redis://"))
        throw tw::ConfigError("app.cache_url: give it, for the broker is no single Redis");
    const std::size_t host = std::string("redis://").size();
    return broker.substr(0, broker.find_first_of("/?", host)) + "/1";
}

}  // namespace

ShopSettings shop_settings(const tw::Settings& settings) {
    tw::Json values(ShopSettings{});
    for (const auto& [name, value] : settings.app.items()) {
        if (!values.contains(name))
            throw tw::ConfigError("app." + name + ": the shop has no such setting");
        values[name] = value;
    }
    try {
        auto shop = tw::from_json<ShopSettings>(values, tw::Path("app"));
        if (shop.cache_url.empty()) shop.cache_url = beside_the_broker(settings.broker_url);
        if (shop.redis_url.empty()) shop.redis_url = shop.cache_url;
        return shop;
    } catch (const tw::ConversionError& error) {
        throw tw::ConfigError(error.what());
    }
}

}  // namespace shop
