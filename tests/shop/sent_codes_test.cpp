#include "sms/sent_codes.hpp"

#include "redis_server.hpp"
#include "shop_fixture.hpp"

namespace shop {
namespace {

class Codes : public testing::Test {
protected:
    Codes() {
        settings.app = {{"redis_url", redis.url()}};
        codes = redis_sent_codes(settings);
    }
    static SmsMessage message(const std::string& id, const std::string& code) {
        return {.task_id = id, .mobile = "13800138000", .code = code};
    }
    TemporaryFolder folder;
    RedisServer redis{folder.path()};
    tw::Settings settings;
    std::unique_ptr<SentCodes> codes;
};

TEST_F(Codes, TheSitesTwoKeysAreWrittenWithTheirTimes) {
    EXPECT_EQ(codes->begin(message("a", "1234")), std::nullopt);
    EXPECT_EQ(redis.ask("GET sms_13800138000"), "1234");
    EXPECT_EQ(redis.ask("GET send_flag_13800138000"), "1");
    const auto life = redis.ask("TTL sms_13800138000").get<int>();
    const auto flag = redis.ask("TTL send_flag_13800138000").get<int>();
    EXPECT_TRUE(life > 290 && life <= 300) << life;
    EXPECT_TRUE(flag > 50 && flag <= 60) << flag;
}

TEST_F(Codes, ASecondDeliveryOfATaskGetsTheReceipt) {
    codes->begin(message("a", "1234"));
    codes->remember(message("a", "1234"), "r-1");
    EXPECT_EQ(codes->begin(message("a", "1234")), "r-1");
}

TEST_F(Codes, AnotherCodeForTheNumberHasToWait) {
    codes->begin(message("a", "1234"));
    codes->remember(message("a", "1234"), "r-1");
    EXPECT_THROW(codes->begin(message("b", "5678")), TooManyCodes);
    EXPECT_EQ(redis.ask("GET sms_13800138000"), "1234");
}

TEST_F(Codes, TheSameCodeInAnotherTaskGetsTheReceiptOnceThereIsOne) {
    codes->begin(message("a", "1234"));
    EXPECT_THROW(codes->begin(message("b", "1234")), GatewayBusy);
    codes->remember(message("a", "1234"), "r-1");
    EXPECT_EQ(codes->begin(message("b", "1234")), "r-1");
}

TEST_F(Codes, AFlagThatTheSiteHasSetItselfForThisCodeIsNoHindrance) {
    redis.ask("SET send_flag_13800138000 1 EX 60");
    redis.ask("SET sms_13800138000 1234 EX 300");
    EXPECT_EQ(codes->begin(message("a", "1234")), std::nullopt);
}

TEST_F(Codes, WhatWasNotSentKeepsNobodyWaiting) {
    codes->begin(message("a", "1234"));
    codes->forget(message("a", "1234"));
    EXPECT_EQ(codes->begin(message("b", "5678")), std::nullopt);
}

TEST_F(Codes, NamesAndTimesAreSettings) {
    settings.app["sms_code_key"] = "v:{mobile}:code";
    settings.app["sms_flag_key"] = "v:{mobile}:flag";
    settings.app["sms_throttle"] = 0;
    codes = redis_sent_codes(settings);
    codes->begin(message("a", "1234"));
    EXPECT_EQ(redis.ask("GET v:13800138000:code"), "1234");
    EXPECT_EQ(redis.ask("GET v:13800138000:flag"), nullptr);
    EXPECT_EQ(codes->begin(message("b", "5678")), std::nullopt);
}

}  // namespace
}  // namespace shop
