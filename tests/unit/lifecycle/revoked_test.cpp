#include "lifecycle/revoked.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using namespace std::chrono_literals;
const SteadyPoint kNow{1'000h};

TEST(RevokedIds, KnowsWhatWasAdded) {
    RevokedIds revoked;
    EXPECT_FALSE(revoked.contains("a", kNow));
    revoked.add("a", kNow);
    EXPECT_TRUE(revoked.contains("a", kNow));
    EXPECT_FALSE(revoked.contains("b", kNow));
}

TEST(RevokedIds, ForgetsAfterThreeHours) {
    RevokedIds revoked;
    revoked.add("a", kNow);
    EXPECT_TRUE(revoked.contains("a", kNow + 3h - 1ns));
    EXPECT_FALSE(revoked.contains("a", kNow + 3h));
    revoked.add("b", kNow + 3h);
    EXPECT_EQ(revoked.ids(), std::vector<std::string>{"b"});
}

TEST(RevokedIds, ASecondAddBeginsItsTimeAnew) {
    RevokedIds revoked;
    revoked.add("a", kNow);
    revoked.add("a", kNow + 1h);
    EXPECT_EQ(revoked.size(), 1u);
    EXPECT_TRUE(revoked.contains("a", kNow + 3h + 30min));
}

TEST(RevokedIds, DropsTheOldestAboveItsBound) {
    RevokedIds revoked(2);
    revoked.add("a", kNow);
    revoked.add("b", kNow + 1s);
    revoked.add("c", kNow + 2s);
    EXPECT_EQ(revoked.ids(), (std::vector<std::string>{"b", "c"}));
    EXPECT_FALSE(revoked.contains("a", kNow + 2s));
}

TEST(RevokedIds, RemovesOne) {
    RevokedIds revoked;
    revoked.add("a", kNow);
    revoked.remove("a");
    revoked.remove("never there");
    EXPECT_FALSE(revoked.contains("a", kNow));
}

}  // namespace
}  // namespace taskworker
