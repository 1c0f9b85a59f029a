#include <gtest/gtest.h>

#include "broker/bindings.hpp"
#include "broker/room_shares.hpp"
#include "broker/unacked_entry.hpp"

namespace taskworker {
namespace {

using Sizes = std::vector<std::size_t>;

TEST(RoomShares, StepsAreStrictAndQueuesShareEqually) {
    EXPECT_EQ(room_shares(Sizes{10, 10, 10, 10}, 2, 10), (Sizes{5, 5, 0, 0}));
    EXPECT_EQ(room_shares(Sizes{1, 10, 10, 10}, 2, 10), (Sizes{1, 9, 0, 0}));
    EXPECT_EQ(room_shares(Sizes{2, 3, 10, 1}, 2, 10), (Sizes{2, 3, 4, 1}));
    EXPECT_EQ(room_shares(Sizes{0, 0, 0}, 3, 10), (Sizes{0, 0, 0}));
    EXPECT_EQ(room_shares(Sizes{7, 7, 7}, 3, 1), (Sizes{1, 0, 0}));
    EXPECT_EQ(room_shares(Sizes{5, 5}, 1, 7), (Sizes{5, 2}));
    EXPECT_EQ(room_shares(Sizes{5, 5}, 1, 0), (Sizes{0, 0}));
}

TEST(TopicMatches, FollowsKombusRules) {
    EXPECT_TRUE(topic_matches("a.b", "a.b"));
    EXPECT_FALSE(topic_matches("a.b", "a.bc"));
    EXPECT_TRUE(topic_matches("a.*", "a.b"));
    EXPECT_FALSE(topic_matches("a.*", "a.b.c"));
    EXPECT_FALSE(topic_matches("a.*", "a."));
    EXPECT_TRUE(topic_matches("a.#", "a.b.c"));
    EXPECT_TRUE(topic_matches("a.#", "a."));
    EXPECT_FALSE(topic_matches("a.#", "a"));  // the dot stays: differs from AMQP
    EXPECT_TRUE(topic_matches("#", "any.thing"));
    EXPECT_TRUE(topic_matches("#", ""));
    EXPECT_TRUE(topic_matches("#.error", "a.b.error"));
    EXPECT_FALSE(topic_matches("#.error", "error"));
    EXPECT_TRUE(topic_matches("*.x.#", "a.x.b.c"));
    EXPECT_FALSE(topic_matches("a_b", "axb"));
}

TEST(TopicMatches, AHostilePatternEnds) {
    std::string pattern = "#", key = "a";
    for (int i = 0; i < 40; ++i) pattern += ".#", key += ".a";
    topic_matches(pattern + ".x", key);  // returns
}

TEST(MatchingQueues, TellsDirectFromTopicBindings) {
    const std::vector<std::string> members = {
        "k||direct", "k||direct", "k.*|^k\\.[^\\.]+$|topic", "broken", "x||other", "k||"};
    EXPECT_EQ(matching_queues(members, "|", "k"), std::vector<std::string>{"direct"});
    EXPECT_EQ(matching_queues(members, "|", "k.1"), std::vector<std::string>{"topic"});
    EXPECT_TRUE(matching_queues(members, "|", "y").empty());
}

TEST(UnackedEntry, OursIsReadByteForByte) {
    EXPECT_EQ(message_in(R"([{"a":  1},"","celery"])"), R"({"a":  1})");
    EXPECT_EQ(message_in(R"([{"a": "],\"\",\"x"},"","q\",\"\",\""])"), R"({"a": "],\"\",\"x"})");
    for (const auto* other : {"", "[]", R"([{}, "", "q"])", R"(x{},"","q"])", R"([{},"","q")"})
        EXPECT_FALSE(message_in(other)) << other;
}

TEST(UnackedEntry, KombusIsReadWithItsRoute) {
    const auto entry =
        read_unacked_entry(R"([{"body": "x", "properties": {"priority": 7}}, "ex", "rk"])");
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->message, R"({"body": "x", "properties": {"priority": 7}})");
    EXPECT_EQ(entry->exchange, "ex");
    EXPECT_EQ(entry->routing_key, "rk");
    EXPECT_EQ(entry->priority, 7);
}

TEST(UnackedEntry, OddPrioritiesAreZeroOrClamped) {
    const auto priority = [](const std::string& properties) {
        return read_unacked_entry("[{\"properties\": " + properties + "}, \"\", \"q\"]")->priority;
    };
    EXPECT_EQ(priority("{}"), 0);
    EXPECT_EQ(priority("[]"), 0);
    EXPECT_EQ(priority(R"({"priority": null})"), 0);
    EXPECT_EQ(priority(R"({"priority": "6"})"), 6);
    EXPECT_EQ(priority(R"({"priority": "x"})"), 0);
    EXPECT_EQ(priority(R"({"priority": 99999999999})"), 9);
    EXPECT_EQ(priority(R"({"priority": -1})"), 0);
    EXPECT_EQ(priority(R"({"priority": 3.9})"), 3);
    EXPECT_EQ(priority(R"({"priority": NaN})"), 0);
}

TEST(UnackedEntry, WhatIsNoneIsNone) {
    for (const auto* entry :
         {"",
          "nonsense",
          "{}",
          "[]",
          R"([{}, ""])",
          R"([[], "", "q"])",
          R"([{}, null, "q"])",
          R"([{}, "", 1])"})
        EXPECT_FALSE(read_unacked_entry(entry)) << entry;
}

}  // namespace
}  // namespace taskworker
