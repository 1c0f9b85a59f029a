#include <gtest/gtest.h>

#include <thread>

#include "broker/memory_broker.hpp"
#include "support/redis_rig.hpp"

// What fanout and revocations promise: on Redis, and their twins in memory.
namespace taskworker::testing {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct FanoutConformance : ::testing::TestWithParam<bool> {
    std::unique_ptr<Transport> transport() {
        if (GetParam()) return rig->worker("w" + std::to_string(++count));
        return std::make_unique<MemoryTransport>(queues, "w" + std::to_string(++count));
    }
    std::unique_ptr<RedisRig> rig = GetParam() ? std::make_unique<RedisRig>() : nullptr;
    std::shared_ptr<MemoryQueues> queues = std::make_shared<MemoryQueues>();
    int count = 0;

    static Texts hear(Fanout& listener, std::size_t n) {
        Texts all;
        for (const auto until = soon(2000);
             all.size() < n && std::chrono::steady_clock::now() < until;)
            for (auto& text : listener.receive(until)) all.push_back(std::move(text));
        return all;
    }
    static void send(Fanout& speaker, const std::string& key, const std::string& text) {
        const Fanout::Sending one{.exchange = "news", .key = key, .envelope = text};
        speaker.publish({&one, 1});
    }
};

TEST_P(FanoutConformance, EveryListenerHearsEverything) {
    auto first = transport()->fanout(), second = transport()->fanout(),
         speaker = transport()->fanout();
    for (auto* listener : {first.get(), second.get()}) {
        listener->subscribe({.exchange = "news", .key = "", .queue = "q"});
        EXPECT_EQ(listener->receive(soon(0)), Texts{});
    }
    send(*speaker, "", "one");
    send(*speaker, "", "two");
    EXPECT_EQ(hear(*first, 2), (Texts{"one", "two"}));
    EXPECT_EQ(hear(*second, 2), (Texts{"one", "two"}));
}

TEST_P(FanoutConformance, AKeyChoosesWhatIsHeard) {
    auto listener = transport()->fanout(), speaker = transport()->fanout();
    listener->subscribe({.exchange = "news", .key = "worker.#", .queue = "q"});
    listener->receive(soon(0));
    send(*speaker, "task.sent", "not this");
    send(*speaker, "worker.online", "this");
    EXPECT_EQ(hear(*listener, 1), Texts{"this"});
}

TEST_P(FanoutConformance, AnInterruptEndsTheWait) {
    auto listener = transport()->fanout();
    listener->subscribe({.exchange = "news", .key = "", .queue = "q"});
    listener->receive(soon(0));
    std::thread other([&] { listener->interrupt(); });
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(listener->receive(soon(5000)), Texts{});
    EXPECT_LT(std::chrono::steady_clock::now() - began, 3s);
    other.join();
}

TEST_P(FanoutConformance, AnAnswerLiesInTheQueueThatIsBoundWithItsKey) {
    auto asker = transport()->fanout(), speaker = transport()->fanout();
    const Fanout::Binding mine{.exchange = "reply", .key = "oid", .queue = "oid.reply"};
    asker->bind(mine);
    speaker->send({.exchange = "reply", .key = "oid", .envelope = "answer"});
    speaker->send({.exchange = "reply", .key = "somebody else", .envelope = "gone"});
    EXPECT_EQ(asker->take("oid.reply", soon(2000)), "answer");
    EXPECT_EQ(asker->take("oid.reply", soon(10)), std::nullopt);
    asker->remove(mine);
    speaker->send({.exchange = "reply", .key = "oid", .envelope = "too late"});
    EXPECT_EQ(asker->take("oid.reply", soon(10)), std::nullopt);
}

TEST_P(FanoutConformance, WhatIsPutIntoAQueueIsTakenInItsOrder) {
    auto putter = transport()->fanout();
    const Texts two{"one", "two"};
    putter->put("mine", two);
    EXPECT_EQ(putter->take("mine", soon(2000)), "one");
    EXPECT_EQ(putter->take("mine", soon(2000)), "two");
}

TEST_P(FanoutConformance, RevokedIdsAreKeptOldestFirst) {
    auto one = transport()->revocations(), other = transport()->revocations();
    const auto now = std::chrono::system_clock::now();
    const Texts first{"a"}, second{"b"};
    one->add(first, now);
    one->add(second, now + Seconds(1));
    EXPECT_EQ(other->load(now + Seconds(2)), (Texts{"a", "b"}));
}

INSTANTIATE_TEST_SUITE_P(Twins, FanoutConformance, ::testing::Bool());

TEST(RedisFanout, TheChannelIsKombus) {
    RedisRig rig;
    rig.settings.broker_transport_options = {{"global_keyprefix", "kp:"}};
    auto listener = rig.worker("w")->fanout();
    listener->subscribe({.exchange = "celery.pidbox", .key = "", .queue = "w@h.celery.pidbox"});
    listener->receive(soon(0));
    const auto db = std::to_string(parse_redis_url(rig.settings.broker_url).db);
    EXPECT_EQ(rig.raw().call("PUBLISH", "kp:/" + db + ".celery.pidbox", "hello").integer, 1);
    EXPECT_EQ(listener->receive(soon(2000)), Texts{"hello"});
    const auto members = rig.raw().call("SMEMBERS", "kp:_kombu.binding.celery.pidbox");
    ASSERT_EQ(members.items.size(), 1u);
    EXPECT_EQ(members.items[0].text, "\x06\x16\x06\x16w@h.celery.pidbox");
    listener->unsubscribe();
    EXPECT_EQ(rig.raw().call("EXISTS", "kp:_kombu.binding.celery.pidbox").integer, 0);
}

TEST(RedisFanout, WaitsForAnAnswerLongerThanForRedis) {
    RedisRig rig;
    rig.settings.broker_transport_options = {{"socket_timeout", 0.3}};
    auto asker = rig.worker("w")->fanout();
    EXPECT_EQ(asker->take("oid.reply", soon(700)), std::nullopt);
}

TEST(RedisFanout, ConnectsAnewAfterItWasCut) {
    RedisRig rig;
    auto listener = rig.worker("w")->fanout();
    listener->subscribe({.exchange = "news", .key = "", .queue = "q"});
    listener->receive(soon(0));
    rig.raw().call("CLIENT", "KILL", "TYPE", "pubsub");
    EXPECT_THROW(listener->receive(soon(2000)), BrokerError);
    listener->receive(soon(0));
    const auto db = std::to_string(parse_redis_url(rig.settings.broker_url).db);
    rig.raw().call("PUBLISH", "/" + db + ".news", "again");
    EXPECT_EQ(listener->receive(soon(2000)), Texts{"again"});
}

TEST(RedisRevocations, ForgetsWhatIsOlderThanThreeHours) {
    RedisRig rig;
    auto revoked = rig.worker("w")->revocations();
    const auto now = std::chrono::system_clock::now();
    const Texts old{"old"}, fresh{"fresh"};
    revoked->add(old, now + Seconds(-10'801));
    EXPECT_EQ(revoked->load(now), Texts{});
    revoked->add(fresh, now);
    EXPECT_EQ(rig.raw().call("ZCARD", "taskworker.revoked").integer, 1);
    EXPECT_GT(rig.raw().call("TTL", "taskworker.revoked").integer, 10'000);
}

TEST(RedisLeasesParked, ShowsWhatIsParkedAndChangesNothing) {
    RedisRig rig;
    auto transport = rig.worker("w");
    auto broker = transport->broker();
    auto leases = transport->leases();
    broker->subscribe({"celery"});
    rig.push("celery", message("later"));
    const auto held = fetch_all(*broker);
    ASSERT_EQ(held.size(), 1u);
    const auto due = std::chrono::system_clock::now() + Seconds(60);
    const Parking parking{held[0].tag, due};
    leases->park({&parking, 1});
    for (int look = 0; look < 2; ++look) {
        const auto parked = leases->parked(0, 10);
        ASSERT_EQ(parked.size(), 1u);
        const auto read = read_parked(parked[0], rig.settings.accept_content);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->request.id, "later");
        EXPECT_EQ(read->queue, "celery");
        EXPECT_NEAR(unix_time(parked[0].due), unix_time(due), 0.001);
        EXPECT_FALSE(read_parked(parked[0], Texts{"yaml"}));
    }
}

}  // namespace
}  // namespace taskworker::testing
