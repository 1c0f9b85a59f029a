#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "redis/socket_stream.hpp"
#include "support/eventually.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::testing {
namespace {

using Ids = std::vector<std::string>;

class Trouble : public ::testing::Test {
protected:
    RedisRig rig;
    std::unique_ptr<RedisTransport> transport = rig.worker("w1");
    std::unique_ptr<Broker> broker = transport->broker();

    void push(int n, int from = 0) {
        for (int i = from; i < from + n; ++i) rig.push("celery", message(std::to_string(i)));
    }
    // Fetches as the consumer does: an error is followed by another try.
    std::vector<Delivery> fetch_on(Broker& consumer, std::size_t wanted) {
        std::vector<Delivery> got;
        errors = 0;
        eventually([&] {
            try {
                auto more = deliveries(consumer.fetch(1000, soon(20)));
                std::move(more.begin(), more.end(), std::back_inserter(got));
            } catch (const BrokerError&) {
                ++errors;
            }
            return got.size() >= wanted;
        });
        return got;
    }
    int errors = 0;
};

TEST_F(Trouble, ScriptsThatRedisForgotAreLoadedAgain) {
    broker->subscribe({"celery"});
    push(600);
    std::vector<Delivery> got;
    while (got.size() < 600) {
        auto more = deliveries(broker->fetch(100, soon(1000)));
        ASSERT_FALSE(more.empty()) << got.size();
        std::move(more.begin(), more.end(), std::back_inserter(got));
        rig.raw().call("SCRIPT", "FLUSH");
    }
    auto seen = ids(got);
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()) - seen.begin(), 600);
    EXPECT_EQ(rig.leased(), 600u);
    EXPECT_EQ(fetch_all(*broker).size(), 0u);
    EXPECT_TRUE(rig.keys("taskworker.claim*").empty());
    auto leases = transport->leases();
    EXPECT_TRUE(leases->beat().known);
    rig.raw().call("SCRIPT", "FLUSH");
    EXPECT_TRUE(leases->beat().known);
}

// Keeps the sockets of this process open behind its back: Redis does not learn that they were
// closed.
class HalfOpen {
public:
    HalfOpen() {
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            std::error_code gone;
            const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
            if (!target.starts_with("socket:")) continue;
            const int copy = ::dup(std::stoi(entry.path().filename().string()));
            if (copy >= 0) copies_.push_back(redis::Descriptor(copy));
        }
    }

private:
    std::vector<redis::Descriptor> copies_;
};

TEST_F(Trouble, WhatWaitsForUsOnAConnectionThatIsHalfOpenGetsNoMessages) {
    broker->subscribe({"celery"});
    EXPECT_TRUE(broker->fetch(10, soon(10)).empty());
    const HalfOpen network;
    broker->reconnect();
    EXPECT_TRUE(broker->fetch(10, soon(10)).empty());
    push(1);
    EXPECT_EQ(ids(deliveries(broker->fetch(10, soon(2000)))), Ids{"0"});
}

TEST_F(Trouble, AKilledConnectionIsAnErrorAndTheNextFetchGoesOn) {
    broker->subscribe({"celery"});
    EXPECT_TRUE(broker->fetch(10, soon(10)).empty());
    rig.raw().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    push(3);
    EXPECT_EQ(fetch_on(*broker, 3).size(), 3u);
    EXPECT_GE(errors, 1);
    EXPECT_EQ(rig.leased(), 3u);
}

TEST_F(Trouble, WhatLiesInTheInboxesAfterALostConnectionIsLeased) {
    broker->subscribe({"celery"});
    push(400);
    std::vector<Delivery> got;
    while (got.size() < 200) {  // one more batch is claimed by now
        auto more = deliveries(broker->fetch(150, soon(1000)));
        std::move(more.begin(), more.end(), std::back_inserter(got));
    }
    rig.raw().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    auto rest = fetch_on(*broker, 400 - got.size());
    std::move(rest.begin(), rest.end(), std::back_inserter(got));
    std::set<std::string> distinct;
    for (const auto& id : ids(got)) distinct.insert(id);
    EXPECT_EQ(distinct.size(), 400u);
    EXPECT_EQ(got.size(), 400u);
    EXPECT_EQ(rig.leased(), 400u);
}

TEST_F(Trouble, AMessageThatAGhostConnectionGotIsFoundWithTheNextOne) {
    broker->subscribe({"celery"});
    EXPECT_TRUE(broker->fetch(10, soon(10)).empty());
    rig.push("taskworker.wait:w1:celery", message("ghost's"));
    push(1);  // comes by the waiting connection: two in that inbox
    auto seen = ids(fetch_on(*broker, 2));
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (Ids{"0", "ghost's"}));
    EXPECT_EQ(rig.leased(), 2u);
}

TEST_F(Trouble, WhoeverWasThoughtDeadDropsWhatOthersTook) {
    broker->subscribe({"celery"});
    push(40);
    const auto first =
        deliveries(broker->fetch(40, soon(1000)));  // half is leased, a part is claimed
    ASSERT_LT(first.size(), 40u);
    const auto inboxes = [&] {
        return rig.keys("taskworker.claim*").size() + rig.keys("taskworker.wait*").size();
    };
    ASSERT_GT(inboxes(), 0u);
    auto other = rig.worker("w2");
    auto leases = other->leases();
    std::size_t handed_back = 0;
    EXPECT_TRUE(eventually([&] {
        for (const auto& dead : leases->beat().dead) handed_back += leases->reap(dead).handed_back;
        return handed_back > 0 && rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil();
    }));
    EXPECT_GE(handed_back, 40 - first.size());
    std::set<std::string> tags;
    for (const auto& delivery : fetch_on(*broker, 40)) tags.insert(delivery.tag);
    EXPECT_EQ(rig.leased(), tags.size());
    EXPECT_FALSE(rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil());
    EXPECT_EQ(inboxes(), 0u);
}

// What a connection had sent that we have left by now may be executed between our look at an inbox
// and its registration: it may bring as many messages as were there.
TEST_F(Trouble, AnInboxThatWasFilledAnewIsNotEmptiedUnread) {
    broker->subscribe({"celery"});
    push(40);
    auto got = deliveries(broker->fetch(40, soon(1000)));
    auto inboxes = rig.keys("taskworker.wait*");
    for (auto& inbox : rig.keys("taskworker.claim*")) inboxes.push_back(inbox);
    ASSERT_EQ(inboxes.size(), 1u);
    const auto claimed = rig.length(inboxes[0]);
    for (std::size_t i = 0; i < claimed; ++i) {
        rig.raw().call("LMOVE", inboxes[0], "celery", "RIGHT", "RIGHT");
        rig.raw().call("LPUSH", inboxes[0], message("new" + std::to_string(i)));
    }
    const auto wanted = 40 - got.size() + claimed;
    for (auto& more : fetch_on(*broker, wanted)) got.push_back(std::move(more));
    std::set<std::string> seen;
    for (const auto& id : ids(got)) seen.insert(id);
    EXPECT_EQ(seen.size(), 40 + claimed);
    EXPECT_EQ(rig.leased(), 40 + claimed);
}

TEST_F(Trouble, AWrongTypeOfUnackedLosesNothing) {
    rig.raw().call("SET", "unacked", "not a hash");
    broker->subscribe({"celery"});
    push(5);
    EXPECT_THROW(fetch_all(*broker), BrokerError);
    rig.raw().call("DEL", "unacked");
    EXPECT_EQ(fetch_on(*broker, 5).size(), 5u);
}

TEST_F(Trouble, AFullRedisLosesNothing) {
    broker->subscribe({"celery"});
    push(100);
    EXPECT_EQ(deliveries(broker->fetch(1, soon(1000))).size(), 1u);
    rig.raw().call("CONFIG", "SET", "maxmemory", "1");
    EXPECT_THROW(fetch_all(*broker), BrokerError);
    rig.raw().call("CONFIG", "SET", "maxmemory", "0");
    EXPECT_EQ(fetch_on(*broker, 99).size(), 99u);
    EXPECT_EQ(rig.leased(), 100u);
}

TEST(TroubleWithTheServer, ARestartLosesNothing) {
    RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
    RedisRig rig(server);
    auto transport = rig.worker("w1");
    auto broker = transport->broker();
    broker->subscribe({"celery"});
    for (int i = 0; i < 300; ++i) rig.push("celery", message(std::to_string(i)));
    std::set<std::string> got;
    for (const auto& id : ids(deliveries(broker->fetch(100, soon(1000))))) got.insert(id);
    server.kill();
    EXPECT_THROW(broker->fetch(100, soon(1000)), BrokerError);
    EXPECT_THROW(broker->fetch(100, soon(1000)), BrokerError);
    server.start();
    EXPECT_TRUE(eventually([&] {
        for (const auto& id : ids(deliveries(broker->fetch(100, soon(100))))) got.insert(id);
        return got.size() == 300;
    }));
    redis::Connection raw({.url = parse_redis_url(server.unix_url()), .name = {}});
    EXPECT_EQ(raw.call("HLEN", "unacked").integer, 300);
}

TEST(TroubleWithTheServer, AnIdleConsumerNoticesARestart) {
    RedisServer server;
    RedisRig rig(server);
    auto transport = rig.worker("w1");
    auto broker = transport->broker();
    broker->subscribe({"celery"});
    EXPECT_TRUE(broker->fetch(10, soon(10)).empty());
    server.kill();
    EXPECT_THROW(broker->fetch(10, soon(20'000)), BrokerError);
    server.start();
    redis::Connection raw({.url = parse_redis_url(server.unix_url()), .name = {}});
    raw.call("LPUSH", "celery", message("a"));
    EXPECT_EQ(ids(deliveries(broker->fetch(10, soon(5000)))), Ids{"a"});
}

// Two workers, one queue, some thousand messages: each exactly once, whatever the moment.
TEST(Competition, EveryMessageIsLeasedExactlyOnce) {
    RedisRig rig;
    constexpr int kMessages = 6000, kWorkers = 3;
    std::mutex mutex;
    std::multiset<std::string> seen;  // guarded by mutex
    std::atomic<int> count = 0;
    std::vector<std::thread> workers;
    for (int w = 0; w < kWorkers; ++w) {
        workers.emplace_back([&, transport = rig.worker("w" + std::to_string(w), {}), w] {
            auto broker = transport->broker();
            auto leases = transport->leases();
            broker->subscribe({"celery"});
            std::size_t room = static_cast<std::size_t>(w) * 40 + 1;
            while (count < kMessages) {
                auto got = deliveries(broker->fetch(room, soon(20)));
                room = room % 97 + 7;
                std::vector<Handover> back;  // some are handed back, and run elsewhere
                for (auto& delivery : got)
                    if (delivery.tag.back() == 'y' && delivery.tag[delivery.tag.size() - 8] == '3')
                        back.push_back({delivery.tag, delivery.list, delivery.message.raw});
                leases->hand_back(back);
                const std::lock_guard lock(mutex);
                for (const auto& delivery : got) {
                    const bool handed =
                        std::any_of(back.begin(), back.end(), [&](const Handover& h) {
                            return h.tag == delivery.tag;
                        });
                    if (!handed) seen.insert(delivery.request.id), ++count;
                }
            }
            auto rest = deliveries(broker->unsubscribe());
            const std::lock_guard lock(mutex);
            for (const auto& delivery : rest) seen.insert(delivery.request.id);
        });
    }
    for (int i = 0; i < kMessages; ++i)
        rig.push(
            i % 3 ? "celery"
                  : "celery\x06\x16"
                    "3",
            message(std::to_string(i))
        );
    for (auto& worker : workers) worker.join();
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kMessages));
    EXPECT_EQ(
        std::set<std::string>(seen.begin(), seen.end()).size(), static_cast<std::size_t>(kMessages)
    );
    EXPECT_EQ(rig.leased(), static_cast<std::size_t>(kMessages));
    EXPECT_EQ(rig.raw().call("ZCARD", "unacked_index").integer, kMessages);
}

}  // namespace
}  // namespace taskworker::testing
