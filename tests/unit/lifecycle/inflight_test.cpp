#include "lifecycle/inflight.hpp"

#include <gtest/gtest.h>

#include "unit/lifecycle/now.hpp"

#include <algorithm>

namespace taskworker {
namespace {

using testing::kNow;

using namespace std::chrono_literals;
using Stage = Inflight::Stage;
const SteadyPoint kTicks{1000s};

std::shared_ptr<const Delivery> a_delivery(std::string tag, std::string id = "id") {
    auto delivery = std::make_shared<Delivery>();
    delivery->tag = std::move(tag);
    delivery->request.id = std::move(id);
    return delivery;
}

Inflight with(std::initializer_list<const char*> tags) {
    Inflight inflight;
    for (const char* tag : tags) inflight.add(a_delivery(tag), kNow);
    return inflight;
}

std::vector<std::string> sorted(std::vector<std::string> tags) {
    std::sort(tags.begin(), tags.end());
    return tags;
}

TEST(Inflight, CountsByStage) {
    auto inflight = with({"a", "b", "c"});
    inflight.reserve("a");
    inflight.start("a", 4711, kNow, std::nullopt);
    inflight.reserve("b");
    EXPECT_EQ(inflight.size(), 3u);
    EXPECT_EQ(inflight.count(Stage::Received), 1u);
    EXPECT_EQ(inflight.count(Stage::Reserved), 1u);
    EXPECT_EQ(inflight.count(Stage::Started), 1u);
    inflight.settle("a");
    EXPECT_EQ(inflight.count(Stage::Started), 0u);
    EXPECT_EQ(inflight.count(Stage::Settling), 1u);
    inflight.remove("a");
    EXPECT_EQ(inflight.count(Stage::Settling), 0u);
    EXPECT_EQ(inflight.size(), 2u);
}

TEST(Inflight, RefusesATagItHas) {
    auto inflight = with({"a"});
    EXPECT_FALSE(inflight.add(a_delivery("a"), kNow));
    EXPECT_EQ(inflight.size(), 1u);
    EXPECT_EQ(inflight.count(Stage::Received), 1u);
}

TEST(Inflight, SaysWhenATagIsUnknown) {
    Inflight inflight;
    EXPECT_FALSE(inflight.reserve("a"));
    EXPECT_FALSE(inflight.start("a", 1, kNow, std::nullopt));
    EXPECT_FALSE(inflight.settle("a"));
    EXPECT_FALSE(inflight.remove("a"));
    EXPECT_EQ(inflight.lose("a"), std::nullopt);
    EXPECT_EQ(inflight.find("a"), nullptr);
}

TEST(Inflight, KeepsWhoRunsItSinceWhen) {
    auto inflight = with({"a"});
    inflight.start("a", 4711, kNow + 1s, kTicks + 2s);
    const auto* entry = inflight.find("a");
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->pid, 4711);
    EXPECT_EQ(entry->started, kNow + 1s);
    EXPECT_EQ(entry->received, kNow);
}

TEST(Inflight, WhatIsSettlingDoesNotStartAgain) {
    auto inflight = with({"a"});
    inflight.settle("a");
    EXPECT_TRUE(inflight.start("a", 1, kNow, std::nullopt));
    EXPECT_EQ(inflight.find("a")->stage, Stage::Settling);
}

TEST(Inflight, AReservedTaskMayHaveToWaitAgain) {
    auto inflight = with({"a"});
    inflight.reserve("a");
    inflight.hold("a");
    EXPECT_EQ(inflight.count(Stage::Received), 1u);
    EXPECT_EQ(inflight.count(Stage::Reserved), 0u);
}

TEST(Inflight, FindsAllDeliveriesOfAnId) {
    Inflight inflight;
    inflight.add(a_delivery("a", "one"), kNow);
    inflight.add(a_delivery("b", "one"), kNow);
    inflight.add(a_delivery("c", "two"), kNow);
    EXPECT_EQ(inflight.find_id("one").size(), 2u);
    EXPECT_EQ(inflight.find_id("two").size(), 1u);
    EXPECT_TRUE(inflight.find_id("three").empty());
    EXPECT_EQ(inflight.snapshot().size(), 3u);
}

TEST(Inflight, RenewsAllButTheLostAndWhatHangsBeyondItsHardLimit) {
    auto inflight = with({"a", "b", "c", "d"});
    inflight.start("a", 1, kNow, kTicks + 2s);
    inflight.start("b", 1, kNow, std::nullopt);
    EXPECT_EQ(inflight.lose("c"), Stage::Received);
    EXPECT_EQ(inflight.lose("c"), std::nullopt);
    const auto margin = Seconds(30);
    using Tags = std::vector<std::string>;
    EXPECT_EQ(sorted(inflight.tags_to_renew(kTicks + 32s, margin)), (Tags{"a", "b", "d"}));
    EXPECT_EQ(sorted(inflight.tags_to_renew(kTicks + 33s, margin)), (Tags{"b", "d"}));
    inflight.settle("a");  // it ended after all: its effects need the lease
    EXPECT_EQ(sorted(inflight.tags_to_renew(kTicks + 33s, margin)), (Tags{"a", "b", "d"}));
}

// Over a slow line the renewal finds the lease gone that the settlement has just ended.
TEST(Inflight, WhatIsBeingSettledIsNotLost) {
    auto inflight = with({"a"});
    inflight.start("a", 1, kNow, std::nullopt);
    inflight.settle("a");
    EXPECT_EQ(inflight.lose("a"), std::nullopt);
}

TEST(Inflight, RemovesByAViewIntoTheDeliveryItself) {
    Inflight inflight;
    {
        auto delivery = a_delivery("a tag that is longer than a short string would be");
        inflight.add(delivery, kNow);
    }
    const std::string_view tag = inflight.snapshot().at(0).delivery->tag;
    EXPECT_TRUE(inflight.remove(tag));
    EXPECT_EQ(inflight.size(), 0u);
}

}  // namespace
}  // namespace taskworker
