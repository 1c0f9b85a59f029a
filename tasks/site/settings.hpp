#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "taskworker/taskworker.hpp"

namespace shop {

// The shop's own settings: table [app] of taskworker.toml. What is not given has these defaults.
struct ShopSettings {
    std::string database_url = "sqlite3://shop.db";  // also mysql:// and postgresql://
    bool create_tables = true;                       // false where Django's migrations make them
    std::string cache_url;  // LOCATION of Django's CACHES; empty: database 1 of the broker's Redis
    std::string redis_url;  // codes, throttle and stock gate; empty: as cache_url

    std::string sms_gateway = "console";  // console, cloopen, tencent
    std::string sms_url;                  // empty: the vendor's own
    std::string sms_app_id;
    std::string sms_template = "1";
    std::string sms_sign;                       // tencent
    std::string sms_region = "ap-guangzhou";    // tencent
    std::string sms_secret_file;                // two lines: the account's id and its secret
    int sms_timeout = 10;                       // seconds for one try
    int sms_code_life = 300;                    // seconds
    int sms_throttle = 60;                      // seconds between two codes to a number; 0: none
    std::string sms_code_key = "sms_{mobile}";  // what the site's own views read
    std::string sms_flag_key = "send_flag_{mobile}";

    std::string banner_table = "home_banner";
    std::vector<std::string> banner_keys = {":1:banner_list", ":1:home_banner_list"};
    std::string banner_format = "json";  // or pickle, for Django's own RedisCache
    int banner_count = 5;
    int banner_ttl = 300;                  // seconds; 0 = for ever
    std::string image_prefix = "/media/";  // MEDIA_URL

    std::int64_t seckill_goods = 1;  // what is sold when the call names nothing
    bool seckill_gate = true;        // count the stock in Redis before asking the database
};
TASKWORKER_FIELDS(
    ShopSettings,
    database_url,
    create_tables,
    cache_url,
    redis_url,
    sms_gateway,
    sms_url,
    sms_app_id,
    sms_template,
    sms_sign,
    sms_region,
    sms_secret_file,
    sms_timeout,
    sms_code_life,
    sms_throttle,
    sms_code_key,
    sms_flag_key,
    banner_table,
    banner_keys,
    banner_format,
    banner_count,
    banner_ttl,
    image_prefix,
    seckill_goods,
    seckill_gate
)

// Throws tw::ConfigError that names the setting if one is unknown or of the wrong type.
ShopSettings shop_settings(const tw::Settings& settings);

}  // namespace shop
