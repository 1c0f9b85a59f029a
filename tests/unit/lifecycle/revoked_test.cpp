#include "lifecycle/revoked.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using namespace std::chrono_literals;
const SteadyPoint kStart{1'000h};

TEST(RevokedIds, KnowsWhatWasAdded) {
    RevokedIds revoked;
    EXPECT_FALSE(revoked.contains("a", kStart));
    revoked.add("a", kStart);
    EXPECT_TRUE(revoked.contains("a", kStart));
    EXPECT_FALSE(revoked.contains("b", kStart));
}

TEST(RevokedIds, ForgetsAfterThreeHours) {
    RevokedIds revoked;
    revoked.add("a", kStart);
    EXPECT_TRUE(revoked.contains("a", kStart + 3h - 1ns));
    EXPECT_FALSE(revoked.contains("a", kStart + 3h));
    revoked.add("b", kStart + 3h);
    EXPECT_EQ(revoked.ids(), std::vector<std::string>{"b"});
}

TEST(RevokedIds, ASecondAddBeginsItsTimeAnew) {
    RevokedIds revoked;
    revoked.add("a", kStart);
    revoked.add("a", kStart + 1h);
    EXPECT_EQ(revoked.size(), 1u);
    EXPECT_TRUE(revoked.contains("a", kStart + 3h + 30min));
}

TEST(RevokedIds, DropsTheOldestAboveItsBound) {
    RevokedIds revoked(2);
    revoked.add("a", kStart);
    revoked.add("b", kStart + 1s);
    revoked.add("c", kStart + 2s);
    EXPECT_EQ(revoked.ids(), (std::vector<std::string>{"b", "c"}));
    EXPECT_FALSE(revoked.contains("a", kStart + 2s));
}

TEST(RevokedIds, RemovesOne) {
    RevokedIds revoked;
    revoked.add("a", kStart);
    revoked.remove("a");
    revoked.remove("never there");
    EXPECT_FALSE(revoked.contains("a", kStart));
}

}  // namespace
}  // namespace taskworker
