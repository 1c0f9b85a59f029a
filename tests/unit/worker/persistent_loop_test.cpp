#include "worker/persistent_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace taskworker {
namespace {

TEST(PersistentLoop, GoesOnAfterAFailureUntilItIsStopped) {
    PersistentLoop loop("test");
    int steps = 0;
    loop.run([&] {
        if (++steps == 2) throw std::runtime_error("Redis is away");
        if (steps == 4) loop.stop();
    });
    EXPECT_EQ(steps, 4);
}

TEST(PersistentLoop, AStopEndsAPauseAtOnce) {
    PersistentLoop loop("test");
    std::atomic<int> failures{0};
    std::thread thread([&] {
        loop.run([&] {
            ++failures;
            throw std::runtime_error("Redis is away");
        });
    });
    while (failures < 5) std::this_thread::yield();  // the next pause lasts 0.6 s at least
    const auto begin = std::chrono::steady_clock::now();
    loop.stop();
    thread.join();
    EXPECT_LT(Seconds(std::chrono::steady_clock::now() - begin).count(), 0.5);
    EXPECT_TRUE(loop.stopping());
}

TEST(PersistentLoop, OneStepMayBeTriedBeforehand) {
    PersistentLoop loop("test");
    EXPECT_FALSE(loop.once([] { throw std::runtime_error("Redis is away"); }));
    EXPECT_TRUE(loop.once([] {}));
}

}  // namespace
}  // namespace taskworker
