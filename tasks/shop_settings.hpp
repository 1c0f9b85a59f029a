#pragma once

#include <cstdint>
#include <string>

#include "taskworker/taskworker.hpp"

namespace shop {

// The shop's own settings: table [app] of taskworker.toml. What is not given has these defaults.
struct ShopSettings {
    std::string database_url = "sqlite3://shop.db";  // sqlite3://<path>
    bool create_tables = true;                       // false where Django's migrations make them
    std::string sms_gateway = "console";
    std::string cache_url = "redis://127.0.0.1:6379/1";  // LOCATION of Django's CACHES
    std::string banner_key = ":1:banner_list";           // as Django writes the key "banner_list"
    int banner_count = 5;
    int banner_ttl = 300;                  // seconds; 0 = for ever
    std::string image_prefix = "/media/";  // MEDIA_URL
};
TASKWORKER_FIELDS(
    ShopSettings,
    database_url,
    create_tables,
    sms_gateway,
    cache_url,
    banner_key,
    banner_count,
    banner_ttl,
    image_prefix
)

// Throws tw::ConfigError that names the setting if one is unknown or of the wrong type.
ShopSettings shop_settings(const tw::Settings& settings);

}  // namespace shop
