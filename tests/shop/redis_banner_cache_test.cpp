#include "redis_server.hpp"
#include "shop_fixture.hpp"
#include "site/redis.hpp"

namespace shop {
namespace {

class RedisBannerCache : public testing::Test {
protected:
    std::unique_ptr<BannerCache> open(tw::Json app) {
        tw::Settings settings;
        settings.app = std::move(app);
        return make_banner_cache(settings);
    }
    TemporaryFolder folder;
    const std::vector<Banner> banners = {
        {.id = 1, .name = "中秋 \"x\"", .image = "/m/1.png", .link = "/1"}};
    const std::string json =
        R"([{"id":1,"name":"\u4e2d\u79cb \"x\"","image":"/m/1.png","link":"/1"}])";
};

TEST_F(RedisBannerCache, WritesTheListAsJsonUnderDjangosKeyForItsTime) {
    RedisServer redis(folder.path());
    open({{"cache_url", redis.url()}})->replace(banners);
    EXPECT_EQ(redis.ask("GET :1:banner_list"), json);
    const auto seconds = redis.ask("TTL :1:banner_list").get<int>();
    EXPECT_TRUE(seconds > 290 && seconds <= 300) << seconds;
}

TEST_F(RedisBannerCache, BothOfTheSitesKeysAreWritten) {
    RedisServer redis(folder.path());
    open({{"cache_url", redis.url()}})->replace(banners);
    EXPECT_EQ(redis.ask("GET :1:home_banner_list"), json);
}

TEST_F(RedisBannerCache, OneTaskAtATimeRefreshesAndMayComeTwice) {
    RedisServer redis(folder.path());
    const auto cache = open({{"cache_url", redis.url()}});
    EXPECT_TRUE(cache->begin("a"));
    EXPECT_FALSE(cache->begin("b"));
    EXPECT_TRUE(cache->begin("a"));
    cache->end("b");
    EXPECT_FALSE(cache->begin("b"));
    cache->end("a");
    EXPECT_TRUE(cache->begin("b"));
}

TEST_F(RedisBannerCache, AnUnknownFormatIsRefused) {
    EXPECT_THROW(open({{"banner_format", "yaml"}}), tw::ConfigError);
}

TEST_F(RedisBannerCache, KeyAndTimeAreSettings) {
    RedisServer redis(folder.path());
    open({{"cache_url", redis.url()}, {"banner_keys", {"site:2:b"}}, {"banner_ttl", 0}}
    )->replace(banners);
    EXPECT_EQ(redis.ask("GET site:2:b"), json);
    EXPECT_EQ(redis.ask("TTL site:2:b"), -1);
}

TEST_F(RedisBannerCache, ARefusalIsARedisErrorWithoutThePassword) {
    RedisServer redis(folder.path());
    auto url = redis.url();
    url.replace(url.find("se%2F"), 5, "wrong");
    try {
        open({{"cache_url", url}})->replace(banners);
        FAIL() << "it took a wrong password";
    } catch (const RedisError& error) {
        EXPECT_EQ(std::string(error.what()).find("wrongcret"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("AUTH: WRONGPASS"), std::string::npos)
            << error.what();
    }
}

TEST_F(RedisBannerCache, ARedisThatIsAwayIsARedisError) {
    const auto cache = open({{"cache_url", "unix://" + folder.path() + "/nobody.sock"}});
    EXPECT_THROW(cache->replace(banners), RedisError);
}

}  // namespace
}  // namespace shop
