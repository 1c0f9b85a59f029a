#include "lifecycle/autoscale.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using namespace std::chrono_literals;

constexpr Autoscale::Point kBegin{1000s};

TEST(Autoscale, GrowsAtOnceToTheWorkInHandButNotBeyondItsMost) {
    Autoscale scale(10, 2);
    EXPECT_EQ(scale.decide(5, 2, kBegin), 5u);
    EXPECT_EQ(scale.decide(50, 5, kBegin), 10u);
    EXPECT_EQ(scale.decide(50, 10, kBegin), std::nullopt);
}

TEST(Autoscale, ShrinksWhenItHasNotGrownForAWhile) {
    Autoscale scale(10, 2);
    EXPECT_EQ(scale.decide(6, 2, kBegin), 6u);
    EXPECT_EQ(scale.decide(0, 6, kBegin + 30s), std::nullopt);
    EXPECT_EQ(scale.decide(0, 6, kBegin + 31s), 2u);
    EXPECT_EQ(scale.decide(4, 6, kBegin + 31s), 4u);
}

TEST(Autoscale, NeverShrinksWhatNeverGrew) {
    Autoscale scale(10, 1);
    EXPECT_EQ(scale.decide(0, 4, kBegin + 1000s), std::nullopt);
}

TEST(Autoscale, KeepsOneSlotAtLeast) {
    Autoscale scale(3, 0, 1s);
    EXPECT_EQ(scale.decide(3, 1, kBegin), 3u);
    EXPECT_EQ(scale.decide(0, 3, kBegin + 2s), 1u);
}

TEST(Autoscale, ALoweredBoundCountsAtOnce) {
    Autoscale scale(10, 1);
    scale.set(3, 1);
    EXPECT_EQ(scale.decide(10, 8, kBegin), 3u);
}

TEST(Autoscale, ARaisedLeastCountsAtOnce) {
    Autoscale scale(10, 1);
    scale.set(10, 4);
    EXPECT_EQ(scale.decide(0, 1, kBegin), 4u);
}

}  // namespace
}  // namespace taskworker
