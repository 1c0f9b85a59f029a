#include "pool/respawn.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

SteadyPoint at(double seconds) {
    return SteadyPoint(Millis(1'000'000 + static_cast<int>(seconds * 1000)));
}

TEST(Respawn, ADeathNowAndThenIsReplacedAtOnce) {
    Respawn respawn;
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(respawn.died_early(at(i * 3)));
        EXPECT_LE(respawn.not_before(), at(i * 3));
    }
}

TEST(Respawn, TheFifthDeathInTenSecondsBeginsAWaitThatDoublesUpToThirtySeconds) {
    Respawn respawn;
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(respawn.died_early(at(i)));
    double now = 4;
    for (const double wait : {1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0}) {
        EXPECT_TRUE(respawn.died_early(at(now)));
        EXPECT_EQ(respawn.not_before(), at(now + wait));
        now += wait;
    }
}

TEST(Respawn, ChildrenThatDieTogetherShareOneWait) {
    Respawn respawn;
    for (int i = 0; i < 5; ++i) respawn.died_early(at(0));
    EXPECT_FALSE(respawn.died_early(at(0.5)));
    EXPECT_EQ(respawn.not_before(), at(1));
}

TEST(Respawn, AJobThatWasDoneEndsTheSeries) {
    Respawn respawn;
    for (int i = 0; i < 5; ++i) respawn.died_early(at(0));
    respawn.job_done();
    EXPECT_FALSE(respawn.died_early(at(1)));
    EXPECT_LE(respawn.not_before(), at(0));
}

}  // namespace
}  // namespace taskworker
