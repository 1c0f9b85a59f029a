#include "base/url.hpp"

#include <gtest/gtest.h>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::string error_of(std::string_view url) {
    try {
        parse_redis_url(url);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(RedisUrl, HasKombusDefaults) {
    EXPECT_EQ(parse_redis_url("redis://"), RedisUrl{});
    EXPECT_EQ(parse_redis_url("redis://h"), (RedisUrl{.host = "h"}));
    EXPECT_EQ(parse_redis_url("redis://h/"), (RedisUrl{.host = "h"}));
    EXPECT_EQ(parse_redis_url("REDIS://h:1/2"), (RedisUrl{.host = "h", .port = 1, .db = 2}));
}

TEST(RedisUrl, DecodesUserAndPassword) {
    const auto url = parse_redis_url("redis://us%40er:p%3A%2Fw%25:x@10.0.0.5:6380/3");
    EXPECT_EQ(url.user, "us@er");
    EXPECT_EQ(url.password, "p:/w%:x");
    EXPECT_EQ(url.host, "10.0.0.5");
    EXPECT_EQ(url.port, 6380);
    EXPECT_EQ(url.db, 3);
    EXPECT_EQ(parse_redis_url("redis://:pw@h").user, std::nullopt);
    EXPECT_EQ(parse_redis_url("redis://:a@b@h").password, "a@b");
    EXPECT_EQ(parse_redis_url("redis://me@h").password, std::nullopt);
    EXPECT_EQ(parse_redis_url("redis://h?username=me&password=p%26w").password, "p&w");
}

TEST(RedisUrl, ReadsSockets) {
    const auto url = parse_redis_url("redis+socket:///run/my%20redis.sock?virtual_host=2&x=1");
    EXPECT_TRUE(url.unix_socket());
    EXPECT_EQ(url.socket_path, "/run/my redis.sock");
    EXPECT_EQ(url.db, 2);
    EXPECT_EQ(url.options, (std::map<std::string, std::string>{{"x", "1"}}));
    EXPECT_EQ(url.redacted(), "redis+socket:///run/my redis.sock?virtual_host=2");
    EXPECT_EQ(parse_redis_url("redis+socket://:pw@/a.sock").password, "pw");
    EXPECT_EQ(parse_redis_url("redis+socket:///a.sock?virtual_host=/4").db, 4);
}

TEST(RedisUrl, KeepsTlsOptions) {
    const auto url =
        parse_redis_url("rediss://h:1/0?ssl_cert_reqs=required&ssl_ca_certs=%2Fca.pem");
    EXPECT_TRUE(url.tls());
    EXPECT_EQ(url.options.at("ssl_cert_reqs"), "required");
    EXPECT_EQ(url.options.at("ssl_ca_certs"), "/ca.pem");
}

TEST(RedisUrl, ReadsIpv6) {
    const auto url = parse_redis_url("redis://u:p@[::1]:7000/1");
    EXPECT_EQ(url.host, "::1");
    EXPECT_EQ(url.port, 7000);
    EXPECT_EQ(url.redacted(), "redis://u:**@[::1]:7000/1");
}

TEST(RedisUrl, NeverShowsThePassword) {
    EXPECT_EQ(parse_redis_url("redis://u:secret@h").redacted(), "redis://u:**@h:6379/0");
    EXPECT_EQ(parse_redis_url("redis://:secret@h").redacted(), "redis://:**@h:6379/0");
    EXPECT_EQ(parse_redis_url("redis://h?password=secret").redacted(), "redis://:**@h:6379/0");
    for (const char* url :
         {"redis://u:secret@h:port/0",
          "redis://u:sec/ret@h",
          "redis://u:secret@h/x",
          "http://u:secret@h",
          "u:secret@h",
          "redis://h:x/0?password=secret",
          "redis://u:secret@h;redis://u:secret@h",
          "sentinel://:secret@h:26379/0",
          "redis://:sec?ret@h:1x/0",
          "redis://:sec#ret@h:1x/0"}) {
        const auto error = error_of(url);
        EXPECT_NE(error, "accepted") << url;
        EXPECT_EQ(error.find("sec"), std::string::npos) << error;
        EXPECT_EQ(error.find("ret"), std::string::npos) << error;
    }
}

TEST(RedisUrl, SaysWhatIsWrong) {
    EXPECT_EQ(
        error_of("redis://u:pw@h:70000/0"),
        "redis://u:**@h:70000/0: the port must be a number from 1 to 65535"
    );
    EXPECT_EQ(error_of("redis://h/a"), "redis://h/a: the database must be a number");
    EXPECT_EQ(
        error_of("amqp://h"),
        "amqp://h: 'amqp' is not supported; known are redis://, rediss:// and redis+socket://"
    );
    EXPECT_EQ(error_of("redis+socket://"), "redis+socket://: the path of the socket is missing");
}

TEST(RedisUrl, TakesFromDefaultsWhatItDoesNotSay) {
    const RedisUrl defaults{.user = "me", .password = "pw", .host = "far", .port = 1, .db = 4};
    EXPECT_EQ(parse_redis_url("redis://", defaults), defaults);
    const auto url = parse_redis_url("redis://you:word@near:2/3", defaults);
    EXPECT_EQ(
        url, (RedisUrl{.user = "you", .password = "word", .host = "near", .port = 2, .db = 3})
    );
    EXPECT_EQ(parse_redis_url("redis://near", defaults).db, 4);
}

TEST(RedisUrls, AreSplitAtSemicolonsThatAreFollowedByAScheme) {
    const auto urls = parse_redis_urls("redis://a:1/0; rediss://:p;w@b/1 ;redis+socket:///s");
    ASSERT_EQ(urls.size(), 3u);
    EXPECT_EQ(urls[0].host, "a");
    EXPECT_EQ(urls[1].password, "p;w");
    EXPECT_EQ(urls[2].socket_path, "/s");
    EXPECT_EQ(parse_redis_urls("redis://a;").size(), 1u);
    EXPECT_THROW(parse_redis_urls(""), ConfigError);
}

TEST(RedisUrls, ShowNoPassword) {
    EXPECT_EQ(
        redact_url("redis://u:one@a:1/0;redis://:two@b/1?password=three"),
        "redis://u:**@a:1/0;redis://:**@b/1"
    );
}

}  // namespace
}  // namespace taskworker
