#include "site/settings.hpp"

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
    EXPECT_EQ(shop.banner_keys.front(), ":1:banner_list");
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
        "app.sms_gateway: 'pigeon' is not one of: console, cloopen, tencent"
    );
    EXPECT_EQ(
        refusal_of({{"database_url", "oracle://x"}}, &open_database),
        "app.database_url: expected sqlite3://<path>, mysql://user:password@host:port/database or "
        "postgresql://user:password@host:port/database"
    );
    for (const char* url :
         {"memcached://x", "redis://", "unix://", "redis:///path", "unix://host:1"}) {
        EXPECT_EQ(
            refusal_of({{"cache_url", url}}, &make_banner_cache),
            "app.cache_url: expected redis://host:port/db or unix:///path?db=n"
        ) << url;
    }
}

TEST(ShopSettings, TheSitesRedisIsTheBrokersUnlessItIsNamed) {
    tw::Settings settings;
    const auto cache_for = [&](const char* broker) {
        settings.broker_url = broker;
        return shop_settings(settings).cache_url;
    };
    EXPECT_EQ(cache_for("redis://127.0.0.1:6379/0"), "redis://127.0.0.1:6379/1");
    EXPECT_EQ(cache_for("redis://:secret@host"), "redis://:secret@host/1");
    EXPECT_EQ(cache_for("redis+socket:///run/r.sock?virtual_host=3"), "unix:///run/r.sock?db=1");
    EXPECT_THROW(cache_for("amqp://host"), tw::ConfigError);
    settings.app = {{"cache_url", "redis://cache:1/2"}};
    EXPECT_EQ(cache_for("amqp://host"), "redis://cache:1/2");
    EXPECT_EQ(shop_settings(settings).redis_url, "redis://cache:1/2");
}

TEST(ShopSettings, AVendorsGatewayNeedsAnAccount) {
    for (const char* name : {"cloopen", "tencent"}) {
        const auto refusal = refusal_of({{"sms_gateway", name}}, &make_gateway);
        EXPECT_NE(refusal.find("SHOP_SMS_SECRET"), std::string::npos) << refusal;
    }
}

}  // namespace
}  // namespace shop
