#include "redis/shared_connection.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "support/eventually.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::testing {
namespace {

constexpr redis::Script kOne{"one.lua", "return 1"}, kTwo{"two.lua", "return 2"};

struct SharedConnectionTest : ::testing::Test {
    redis::ConnectionOptions options(std::vector<const redis::Script*> scripts = {}) {
        return address_to_read(rig.settings).connection("shared", std::move(scripts));
    }
    std::int64_t clients() {
        std::int64_t n = 0;
        const auto list = rig.raw().call("CLIENT", "LIST").text;
        for (auto at = list.find("name=shared"); at != list.npos;
             at = list.find("name=shared", at + 1))
            ++n;
        return n;
    }
    RedisRig rig;
};

TEST_F(SharedConnectionTest, IsTheSameForOneOwnerAndServer) {
    const auto one = redis::shared_connection(options(), "w1");
    EXPECT_EQ(redis::shared_connection(options(), "w1"), one);
    EXPECT_NE(redis::shared_connection(options(), "w2"), one);
    auto elsewhere = rig.settings;
    elsewhere.broker_url = rig.server().unix_url(3);
    EXPECT_NE(redis::shared_connection(address_to_read(elsewhere).connection("shared"), "w1"), one);
}

TEST_F(SharedConnectionTest, RunsTheScriptsOfAllWhoShareIt) {
    const auto first = redis::shared_connection(options({&kOne}), "w1");
    EXPECT_EQ(first->connection().run(kOne, {}, {}).integer, 1);
    const auto second = redis::shared_connection(options({&kOne, &kTwo}), "w1");
    EXPECT_EQ(second->connection().run(kTwo, {}, {}).integer, 2);
    EXPECT_EQ(first->connection().run(kOne, {}, {}).integer, 1);
    EXPECT_EQ(clients(), 1);
}

TEST_F(SharedConnectionTest, WhatOneLeftHalfDoneNobodyElseSees) {
    const auto shared = redis::shared_connection(options(), "w1");
    auto& connection = shared->connection();
    {
        const auto turn = shared->turn();
        connection.connect();
        connection.out().command("SET", "half", "done");
    }
    {
        const auto turn = shared->turn();
        EXPECT_TRUE(connection.call("PING").is("PONG"));
        connection.out().command("ECHO", "unread");
        connection.flush();
    }
    const auto turn = shared->turn();
    EXPECT_TRUE(connection.call("PING").is("PONG"));
    EXPECT_EQ(rig.raw().call("EXISTS", "half").integer, 0);
}

TEST_F(SharedConnectionTest, WhoIsUrgentComesBeforeAllWhoWaitTheOthersAsTheyCame) {
    using Urgency = redis::SharedConnection::Urgency;
    const auto shared = redis::shared_connection(options(), "w1");
    std::vector<int> order;  // guarded by the turns
    std::vector<std::thread> threads;
    {
        const auto mine = shared->turn();
        for (int i = 0; i < 3; ++i) {
            const auto waiting = shared->waiting();
            threads.emplace_back([&, i] {
                const auto turn = shared->turn(i == 2 ? Urgency::First : Urgency::Ordinary);
                order.push_back(i);
            });
            eventually([&] { return shared->waiting() > waiting; });
        }
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(order, (std::vector<int>{2, 0, 1}));
}

// A worker's leases, events, answers and revoked ids.
TEST_F(SharedConnectionTest, IsWhatTheSeldomSpeakingPartsOfAWorkerUse) {
    auto transport = rig.worker("w1");
    auto consumer = transport->leases(), keeper = transport->leases();
    auto events = transport->fanout(), answers = transport->fanout();
    auto revocations = transport->revocations();
    consumer->next_due();
    keeper->beat();
    const Fanout::Sending event{
        .exchange = "celeryev", .key = "worker.heartbeat", .envelope = "{}"};
    EXPECT_EQ(events->publish({&event, 1}), 0u);
    answers->bind({.exchange = "x", .key = "k", .queue = "q"});
    revocations->load(std::chrono::system_clock::now());
    const auto list = rig.raw().call("CLIENT", "LIST").text;
    std::size_t n = 0;
    for (auto at = list.find("w@host"); at != list.npos; at = list.find("w@host", at + 1)) ++n;
    EXPECT_EQ(n, 1u) << list;
}

TEST_F(SharedConnectionTest, ALongTurnLetsThoseGoFirstWhoWait) {
    const auto shared = redis::shared_connection(options(), "w1");
    std::vector<int> order;  // guarded by the turns
    std::thread other;
    {
        const auto mine = shared->turn();
        shared->give_way();  // nobody waits
        order.push_back(1);
        other = std::thread([&] {
            const auto turn = shared->turn();
            order.push_back(2);
        });
        EXPECT_TRUE(eventually([&] { return shared->waiting() == 1; }));
        shared->give_way();
        order.push_back(3);
    }
    other.join();
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace taskworker::testing
