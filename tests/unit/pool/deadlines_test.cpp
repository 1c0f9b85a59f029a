#include "pool/deadlines.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

SteadyPoint at(int ms) { return SteadyPoint(Millis(1'000'000 + ms)); }

TEST(Deadlines, TheEarliestIsNextAndOnlyDueOnesAreTakenInTheirOrder) {
    Deadlines deadlines;
    deadlines.set(1, at(30));
    deadlines.set(2, at(10));
    deadlines.set(3, at(20));
    EXPECT_EQ(deadlines.next(), at(10));
    EXPECT_EQ(deadlines.pop_due(at(20)), (std::vector<Deadlines::Key>{2, 3}));
    EXPECT_EQ(deadlines.next(), at(30));
    EXPECT_TRUE(deadlines.pop_due(at(29)).empty());
}

TEST(Deadlines, AKeyHasOnePointInTimeTheLastOneSet) {
    Deadlines deadlines;
    deadlines.set(1, at(10));
    deadlines.set(1, at(50));
    EXPECT_TRUE(deadlines.pop_due(at(40)).empty());
    deadlines.set(1, at(20));
    EXPECT_EQ(deadlines.pop_due(at(40)), (std::vector<Deadlines::Key>{1}));
    EXPECT_EQ(deadlines.size(), 0u);
}

TEST(Deadlines, AClearedKeyIsNeverDue) {
    Deadlines deadlines;
    deadlines.set(1, at(10));
    deadlines.clear(1);
    deadlines.clear(2);
    EXPECT_EQ(deadlines.next(), std::nullopt);
    EXPECT_TRUE(deadlines.pop_due(at(100)).empty());
}

TEST(Deadlines, LimitsBeyondTheEndOfTimeAreTheEndOfTime) {
    EXPECT_EQ(later(at(0), Seconds(1e300)), SteadyPoint::max());
    EXPECT_EQ(later(at(0), Seconds(std::numeric_limits<double>::infinity())), SteadyPoint::max());
    EXPECT_EQ(later(at(0), Seconds(std::numeric_limits<double>::quiet_NaN())), SteadyPoint::max());
    EXPECT_EQ(later(at(0), Seconds(-5)), at(0));
    EXPECT_EQ(later(at(0), Seconds(0.5)), at(500));
}

TEST(Deadlines, WaitsAreRoundedUpSoThatTheyDoNotEndEarlyAndSpin) {
    const auto now = at(0);
    EXPECT_EQ(millis_until(now + std::chrono::microseconds(100), now), 1);
    EXPECT_EQ(millis_until(now - Millis(5), now), 0);
    EXPECT_EQ(millis_until(std::nullopt, now), 60'000);
    EXPECT_EQ(millis_until(SteadyPoint::max(), now), 60'000);
}

}  // namespace
}  // namespace taskworker
