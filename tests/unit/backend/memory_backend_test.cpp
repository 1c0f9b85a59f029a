#include "backend/memory_backend.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace taskworker {
namespace {

using namespace std::chrono_literals;

TEST(MemoryBackend, ASuccessStays) {
    MemoryBackend backend(std::make_shared<MemoryResults>());
    backend.store({.id = "a", .status = "STARTED"});
    backend.store({.id = "a", .status = "SUCCESS"});
    backend.store({.id = "a", .status = "FAILURE"});
    EXPECT_EQ(backend.load("a")->status, "SUCCESS");
    backend.forget("a");
    EXPECT_FALSE(backend.load("a"));
}

TEST(MemoryBackend, WaitEndsWithTheResultOrTheTime) {
    const auto results = std::make_shared<MemoryResults>();
    MemoryBackend backend(results);
    EXPECT_FALSE(backend.wait("a", std::chrono::steady_clock::now() + 1ms));
    backend.store({.id = "a", .status = "STARTED"});
    EXPECT_EQ(backend.wait("a", std::chrono::steady_clock::now() + 1ms)->status, "STARTED");
    std::thread other([results] { results->store({.id = "a", .status = "FAILURE"}); });
    EXPECT_EQ(backend.wait("a", std::chrono::steady_clock::now() + 20s)->status, "FAILURE");
    other.join();
}

}  // namespace
}  // namespace taskworker
