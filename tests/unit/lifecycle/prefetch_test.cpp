#include "lifecycle/prefetch.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace taskworker {
namespace {

TEST(Prefetch, AMultiplierCountsPerSlot) {
    EXPECT_EQ(prefetch_room(4, 2, {0}, 0.001), 8u);
    EXPECT_EQ(prefetch_room(4, 2, {5}, 0.001), 3u);
    EXPECT_EQ(prefetch_room(1, 2, {2}, 0.001), 0u);
    EXPECT_EQ(prefetch_room(1, 2, {7}, 0.001), 0u);
}

TEST(Prefetch, ZeroIsUnlimitedButNotWithoutEnd) {
    EXPECT_EQ(prefetch_room(0, 2, {0}, 0), 10'000u);
    EXPECT_EQ(prefetch_room(0, 2, {9'999}, 0), 1u);
    EXPECT_EQ(prefetch_room(std::numeric_limits<int>::max(), 1000, {0}, 0), 10'000u);
}

TEST(Prefetch, IsFourPerSlotWhileNothingIsKnown) {
    EXPECT_EQ(prefetch_room(std::nullopt, 3, {0}, 0), 12u);
}

TEST(Prefetch, LongTasksLeaveNothingWaitingBehindTheSlots) {
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {0}, 1.0), 2u);
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {2}, 1.0), 0u);
}

TEST(Prefetch, BuffersTwentyMillisecondsOfWorkBesideTheRunningOnes) {
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {0}, 0.020), 4u);
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {0}, 0.005), 10u);
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {0}, 0.001), 42u);
}

TEST(Prefetch, ShortTasksBufferAtMostTwoThousand) {
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {0}, 1e-7), 2'000u);
    EXPECT_EQ(prefetch_room(std::nullopt, 2, {0}, 1e-300), 2'000u);
}

TEST(Prefetch, GivesEachSlotOneHoweverManyThereAre) {
    EXPECT_EQ(prefetch_room(std::nullopt, 5'000, {0}, 10), 5'000u);
}

TEST(Prefetch, WhatIsBeingSettledCountsOnceItPilesUp) {
    EXPECT_EQ(prefetch_room(4, 2, {.in_hand = 3, .settling = 2'000}, 0.001), 5u);
    EXPECT_EQ(prefetch_room(4, 2, {.in_hand = 3, .settling = 2'004}, 0.001), 1u);
    EXPECT_EQ(prefetch_room(4, 2, {.in_hand = 0, .settling = 1'000'000}, 0.001), 0u);
}

TEST(Prefetch, APoolWithoutSlotsStillTakesOne) {
    EXPECT_EQ(prefetch_room(std::nullopt, 0, {0}, 10), 1u);
    EXPECT_EQ(prefetch_room(1, 0, {0}, 10), 1u);
}

}  // namespace
}  // namespace taskworker
