#include "worker/broadcasts.hpp"

#include <gtest/gtest.h>

#include "broker/memory_broker.hpp"
#include "broker/memory_fanout.hpp"
#include "support/eventually.hpp"

namespace taskworker::testing {
namespace {

const QueueSpec kNews{.name = "news", .bindings = {{"news", "fanout", ""}}};

struct BroadcastsTest : ::testing::Test {
    std::size_t copies() const {
        const std::lock_guard lock(queues->mutex);
        const auto found = queues->lists.find("taskworker.broadcast:w1@h:news");
        return found == queues->lists.end() ? 0 : found->second.size();
    }
    void tell(const std::string& key) const {
        const Fanout::Sending one{.exchange = "news", .key = key, .envelope = "m"};
        memory_fanout(queues)->publish({&one, 1});
    }
    std::shared_ptr<MemoryQueues> queues = std::make_shared<MemoryQueues>();
    SystemClock clock;
    Broadcasts broadcasts{[this] { return memory_fanout(queues); }, clock, "w1@h"};
};

TEST_F(BroadcastsTest, CopiesWhatComesWhateverItsKey) {
    EXPECT_EQ(broadcasts.add(kNews), "taskworker.broadcast:w1@h:news");
    tell("");
    tell("some.key");
    EXPECT_TRUE(eventually([&] { return copies() == 2; }));
}

TEST_F(BroadcastsTest, AKeyOfItsOwnChooses) {
    auto queue = kNews;
    queue.bindings.front().routing_key = "mine";
    broadcasts.add(queue);
    tell("other");
    tell("");
    tell("mine");
    EXPECT_TRUE(eventually([&] { return copies() == 1; }));
}

TEST_F(BroadcastsTest, AddingItTwiceListensOnce) {
    broadcasts.add(kNews);
    broadcasts.add(kNews);
    tell("k");
    EXPECT_TRUE(eventually([&] { return copies() == 1; }));
}

TEST_F(BroadcastsTest, WhatAnEarlierLifeLeftIsGone) {
    queues->push("taskworker.broadcast:w1@h:news", "old");
    broadcasts.add(kNews);
    EXPECT_EQ(copies(), 0u);
}

TEST_F(BroadcastsTest, CancelledOnesHearNothingMore) {
    broadcasts.add(kNews);
    EXPECT_EQ(broadcasts.cancel("news"), "taskworker.broadcast:w1@h:news");
    EXPECT_EQ(broadcasts.cancel("news"), "");
    tell("k");
    EXPECT_EQ(copies(), 0u);
}

TEST_F(BroadcastsTest, NothingStaysBehind) {
    broadcasts.add(kNews);
    tell("k");
    EXPECT_TRUE(eventually([&] { return copies() == 1; }));
    broadcasts.stop();
    broadcasts.forget();
    EXPECT_EQ(copies(), 0u);
}

}  // namespace
}  // namespace taskworker::testing
