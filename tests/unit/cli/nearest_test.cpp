#include "cli/nearest.hpp"

#include <gtest/gtest.h>

#include <array>

namespace taskworker {
namespace {

constexpr std::array<std::string_view, 4> kNames = {
    "worker_concurrency", "task_acks_late", "broker_url", "result_expires"};

TEST(Nearest, CountsEditsAndASwapOfNeighboursAsOne) {
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("broker_url", "broker_url"), 0u);
    EXPECT_EQ(edit_distance("borker_url", "broker_url"), 1u);
    EXPECT_EQ(edit_distance("broker_uri", "broker_url"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Nearest, FindsTheNameThatWasMistyped) {
    EXPECT_EQ(nearest("worker_concurency", kNames), "worker_concurrency");
    EXPECT_EQ(nearest("task_ack_late", kNames), "task_acks_late");
}

TEST(Nearest, FindsTheNameWhoseAreaWasLeftOut) {
    EXPECT_EQ(nearest("concurrency", kNames), "worker_concurrency");
}

TEST(Nearest, SaysNothingWhenNoNameIsNear) {
    EXPECT_EQ(nearest("colour_of_the_sky", kNames), std::nullopt);
    EXPECT_EQ(nearest("", kNames), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'x'), kNames), std::nullopt);
    EXPECT_EQ(suggestion(std::nullopt), "");
}

}  // namespace
}  // namespace taskworker
