#include "base/blocking_queue.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace taskworker {
namespace {

const SteadyPoint kPast{};

TEST(BlockingQueue, GivesAllValuesInTheOrderTheyCame) {
    BlockingQueue<int> queue;
    queue.push(1);
    queue.push_all({2, 3});
    EXPECT_EQ(queue.size(), 3u);
    EXPECT_EQ(queue.pop(kPast), 1);
    EXPECT_EQ(queue.pop_all(kPast), (std::vector{2, 3}));
    EXPECT_TRUE(queue.pop_all(kPast).empty());
}

TEST(BlockingQueue, WakesAWaitingConsumer) {
    BlockingQueue<std::unique_ptr<int>> queue;
    std::jthread producer([&] { queue.push(std::make_unique<int>(7)); });
    const auto value = queue.pop(SteadyPoint::max());
    ASSERT_TRUE(value.has_value());
    EXPECT_EQ(**value, 7);
}

TEST(BlockingQueue, IsDrainedAfterItWasClosed) {
    BlockingQueue<int> queue;
    queue.push(1);
    queue.close();
    EXPECT_FALSE(queue.push(2));
    EXPECT_FALSE(queue.push_all({3}));
    EXPECT_EQ(queue.pop(SteadyPoint::max()), 1);
    EXPECT_EQ(queue.pop(SteadyPoint::max()), std::nullopt);
}

TEST(BlockingQueue, CanBeWokenWithoutAValue) {
    BlockingQueue<int> queue;
    queue.wake();
    EXPECT_TRUE(queue.pop_all(SteadyPoint::max()).empty());
    queue.push(1);
    EXPECT_EQ(queue.pop(kPast), 1);
}

TEST(BlockingQueue, LosesNothingBetweenManyThreads) {
    BlockingQueue<int> queue;
    std::atomic<int> sum{0};
    {
        std::vector<std::jthread> consumers;
        for (int i = 0; i < 3; ++i) {
            consumers.emplace_back([&] {
                while (const auto value = queue.pop(SteadyPoint::max())) sum += *value;
            });
        }
        {
            std::vector<std::jthread> producers;
            for (int i = 0; i < 3; ++i) {
                producers.emplace_back([&] {
                    for (int n = 0; n < 1000; ++n) queue.push(1);
                });
            }
        }
        queue.close();
    }
    EXPECT_EQ(sum, 3000);
}

}  // namespace
}  // namespace taskworker
