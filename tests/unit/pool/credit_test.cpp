#include "pool/credit.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

Credit after(Seconds runtime, int times) {
    Credit credit;
    for (int i = 0; i < times; ++i) credit.ran(runtime);
    return credit;
}

TEST(Credit, IsOneJobUntilSomethingIsKnown) { EXPECT_EQ(Credit().window(), 1u); }

TEST(Credit, IsOneJobForTasksOfAMillisecondAndMore) {
    EXPECT_EQ(after(Seconds(1e-3), 3).window(), 1u);
    EXPECT_EQ(after(Seconds(10), 1).window(), 1u);
}

TEST(Credit, GrowsAsTasksGetShorterUpToItsBound) {
    EXPECT_EQ(after(Seconds(500e-6), 1).window(), 4u);
    EXPECT_EQ(after(Seconds(100e-6), 1).window(), 20u);
    EXPECT_EQ(after(Seconds(1e-6), 1).window(), Credit::kMost);
    EXPECT_EQ(after(Seconds(0), 1).window(), Credit::kMost);
}

TEST(Credit, ASingleLongTaskEndsTheBatchesButIsForgottenAfterSomeShortOnes) {
    auto credit = after(Seconds(10e-6), 100);
    credit.ran(Seconds(60));
    EXPECT_EQ(credit.window(), 1u);
    for (int i = 0; i < 60; ++i) credit.ran(Seconds(10e-6));
    EXPECT_GT(credit.window(), 10u);
}

}  // namespace
}  // namespace taskworker
