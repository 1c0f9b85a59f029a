#include "lifecycle/refused.hpp"

#include <gtest/gtest.h>

#include "lifecycle/duplicate.hpp"
#include "unit/lifecycle/builders.hpp"

namespace taskworker {
namespace {

using namespace testing;

constexpr const char* kWhy = "WRONGTYPE Operation against a key holding the wrong kind of value";

Settlement success_of(const Delivery& delivery, World& world) {
    const auto task = a_task();
    return settle(
        delivery, &task, Success{.value = 5, .encoded = "5", .repr = "5"}, {}, world.moment()
    );
}

TEST(Refused, FirstGoesWithoutItsResult) {
    World world;
    const Delivery delivery = DeliveryBuilder{};
    auto refused = success_of(delivery, world);
    refused.publish.push_back({"next", 0, "{}"});
    const auto instead = settle_refused(refused, delivery, kWhy, kNow);
    ASSERT_TRUE(instead);
    EXPECT_FALSE(instead->store);
    EXPECT_EQ(instead->publish, refused.publish);
    EXPECT_EQ(instead->disposition, refused.disposition);
}

TEST(Refused, ThenTheMessageIsKeptInTheDeadLetters) {
    World world;
    const Delivery delivery = DeliveryBuilder{};
    auto refused = success_of(delivery, world);
    refused.store.reset();
    refused.publish.push_back({"next", 0, "{}"});
    const auto instead = settle_refused(refused, delivery, kWhy, kNow);
    ASSERT_TRUE(instead);
    EXPECT_EQ(instead->disposition, Disposition::DeadLetter);
    EXPECT_EQ(instead->message, delivery.message.raw);
    EXPECT_EQ(instead->dead_letter_reason, std::string("Redis refused its end: ") + kWhy);
    EXPECT_TRUE(instead->publish.empty());
    EXPECT_TRUE(find_event(*instead, Event::Type::DeadLettered));
    EXPECT_TRUE(find_event(*instead, Event::Type::TaskSucceeded));
}

TEST(Refused, ThenItIsGivenUp) {
    World world;
    const Delivery delivery = DeliveryBuilder{};
    Settlement dead;
    dead.disposition = Disposition::DeadLetter;
    EXPECT_EQ(settle_refused(dead, delivery, kWhy, kNow), std::nullopt);
}

TEST(Duplicate, IsAcknowledgedAndStoresNothing) {
    World world;
    const Delivery delivery = DeliveryBuilder{};
    const auto end = settle_duplicate(delivery, world.moment());
    EXPECT_EQ(end.disposition, Disposition::Ack);
    EXPECT_FALSE(end.store);
    EXPECT_TRUE(end.chords.empty());
    EXPECT_EQ(end.events.at(0).reason, "Task already completed successfully.");
}

}  // namespace
}  // namespace taskworker
