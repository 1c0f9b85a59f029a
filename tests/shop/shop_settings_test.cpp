#include "shop_settings.hpp"

#include "shop_fixture.hpp"

namespace shop {
namespace {

std::string refusal_of(const tw::Json& app, auto use) {
    tw::Settings settings;
    settings.app = app;
    try {
        use(settings);
    } catch (const tw::ConfigError& error) {
        return error.what();
    }
    return "not refused";
}

TEST(ShopSettings, WhatIsNotGivenHasItsDefault) {
    tw::Settings settings;
    settings.app = {{"banner_ttl", 60}};
    const auto shop = shop_settings(settings);
    EXPECT_EQ(shop.banner_ttl, 60);
    EXPECT_EQ(shop.database_url, "sqlite3://shop.db");
    EXPECT_EQ(shop.banner_key, ":1:banner_list");
    EXPECT_TRUE(shop.create_tables);
}

TEST(ShopSettings, AnUnknownNameIsRefusedByName) {
    EXPECT_EQ(
        refusal_of({{"gatway", "console"}}, &shop_settings),
        "app.gatway: the shop has no such setting"
    );
}

TEST(ShopSettings, AWrongTypeIsRefusedByName) {
    const auto refusal = refusal_of({{"banner_count", "five"}}, &shop_settings);
    EXPECT_NE(refusal.find("app.banner_count"), std::string::npos) << refusal;
}

TEST(ShopSettings, AGatewayOrAnAddressThatNobodyKnowsIsRefused) {
    EXPECT_EQ(
        refusal_of({{"sms_gateway", "pigeon"}}, &make_gateway),
        "app.sms_gateway: 'pigeon' is not one of: console"
    );
    EXPECT_EQ(
        refusal_of({{"database_url", "oracle://x"}}, &open_database),
        "app.database_url: expected sqlite3://<path>"
    );
    for (const char* url :
         {"", "memcached://x", "redis://", "unix://", "redis:///path", "unix://host:1"}) {
        EXPECT_EQ(
            refusal_of({{"cache_url", url}}, &make_banner_cache),
            "app.cache_url: expected redis://host:port/db or unix:///path?db=n"
        ) << url;
    }
}

}  // namespace
}  // namespace shop
