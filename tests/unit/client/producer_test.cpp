#include "client/producer.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using namespace std::chrono_literals;

class MakePublication : public ::testing::Test {
protected:
    Publication make(const TaskCall& call) {
        return make_publication(call, {now_, luck_, "gen1@h", settings_});
    }
    TimePoint now_ = from_unix(1'700'000'000);
    Luck luck_{1};
    Settings settings_;
};

TEST_F(MakePublication, IsItsOwnRootAndHasItsOwnTag) {
    const auto message = make({.task = "shop.add", .args = Json::array({1})});
    EXPECT_EQ(message.task, "shop.add");
    EXPECT_EQ(message.id.size(), 36u);
    EXPECT_EQ(message.root_id, message.id);
    EXPECT_EQ(message.parent_id, std::nullopt);
    EXPECT_NE(message.delivery_tag, message.id);
    EXPECT_EQ(message.origin, "gen1@h");
    EXPECT_EQ(message.args, Json::array({1}));
}

TEST_F(MakePublication, GoesToTheDefaultQueueThroughTheAnonymousExchange) {
    settings_.task_default_queue = "main";
    const auto message = make({.task = "t"});
    EXPECT_EQ(message.exchange, "");
    EXPECT_EQ(message.routing_key, "main");
    EXPECT_EQ(make({.task = "t", .queue = "sms"}).routing_key, "sms");
}

TEST_F(MakePublication, TakesItsFormFromTheSettings) {
    EXPECT_EQ(make({.task = "t"}).serializer, Serializer::JsonText);
    EXPECT_EQ(make({.task = "t"}).compression, std::nullopt);
    settings_.task_serializer = "msgpack";
    settings_.task_compression = "lzma";
    EXPECT_EQ(make({.task = "t"}).serializer, Serializer::Msgpack);
    EXPECT_EQ(make({.task = "t"}).compression, Codec::Xz);
}

TEST_F(MakePublication, TellsTimesInTheZoneOfTheSite) {
    settings_.timezone = "Asia/Shanghai";
    const auto message = make({.task = "t", .countdown = 1s, .expires_in = 60s});
    EXPECT_EQ(message.eta, "2023-11-15T06:13:21+08:00");
    EXPECT_EQ(message.expires, "2023-11-15T06:14:20+08:00");
    EXPECT_EQ(message.expiration, "60000");
}

TEST_F(MakePublication, TakesThePriorityOfTheCallOrTheSettingOrZero) {
    EXPECT_EQ(make({.task = "t"}).priority, 0);
    settings_.task_default_priority = 6;
    EXPECT_EQ(make({.task = "t"}).priority, 6);
    EXPECT_EQ(make({.task = "t", .priority = 3}).priority, 3);
}

TEST_F(MakePublication, CountsFromNow) {
    const auto message = make({.task = "t", .countdown = 10s, .expires_in = 60s});
    EXPECT_EQ(message.eta, "2023-11-14T22:13:30+00:00");
    EXPECT_EQ(message.expires, "2023-11-14T22:14:20+00:00");
    EXPECT_EQ(message.expiration, "60000");
    EXPECT_EQ(make({.task = "t", .countdown = 0s}).eta, std::nullopt);
}

TEST_F(MakePublication, AVoidMessageHasNoTimeToLive) {
    const auto message = make({.task = "t", .expires = now_ - 5s});
    EXPECT_EQ(message.expiration, "0");
}

TEST_F(MakePublication, IsAddressedWithItsPriority) {
    const auto message = address(make({.task = "t", .queue = "sms", .priority = 3}));
    EXPECT_EQ(message.queue, "sms");
    EXPECT_EQ(message.priority, 3);
    EXPECT_NE(message.envelope.find("\"routing_key\": \"sms\""), std::string::npos);
}

TEST(ProducerName, IsCelerysForWhoeverIsNoWorker) {
    const auto name = producer_name("h");
    EXPECT_TRUE(name.starts_with("gen"));
    EXPECT_TRUE(name.ends_with("@h"));
}

}  // namespace
}  // namespace taskworker
