#include <gtest/gtest.h>

#include <thread>

#include "message/publish.hpp"
#include "support/eventually.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::testing {
namespace {

using Ids = std::vector<std::string>;

class Fetch : public ::testing::Test {
protected:
    RedisRig rig;
    std::unique_ptr<RedisTransport> transport;
    std::unique_ptr<Broker> broker;

    Broker& serve(std::vector<std::string> queues = {"celery"}) {
        transport = rig.worker("w1");
        broker = transport->broker();
        broker->subscribe(std::move(queues));
        return *broker;
    }
};

TEST_F(Fetch, LeasesAMessageBeforeItIsReturned) {
    rig.push("celery", message("a"));
    const auto got = deliveries(serve().fetch(10, soon(1000)));
    ASSERT_EQ(ids(got), Ids{"a"});
    const auto& tag = got[0].tag;
    EXPECT_TRUE(tag.starts_with("tw:w1@") && tag.ends_with(":celery") && tag.size() > 64) << tag;
    EXPECT_EQ(got[0].queue, "celery");
    EXPECT_EQ(got[0].list, "celery");
    EXPECT_EQ(rig.raw().call("HGET", "unacked", tag).text, "[" + message("a") + R"(,"","celery"])");
    const auto score = rig.raw().call("ZSCORE", "unacked_index", tag).text;
    EXPECT_NEAR(std::stod(score), unix_time(std::chrono::system_clock::now()), 5);
    EXPECT_EQ(rig.length("celery"), 0u);
    EXPECT_TRUE(rig.keys("taskworker.claim*").empty() && rig.keys("taskworker.wait*").empty());
}

TEST_F(Fetch, KeepsTheOrderOfTheQueue) {
    Ids sent;
    for (int i = 0; i < 700; ++i) {
        sent.push_back(std::to_string(i));
        rig.push("celery", message(sent.back()));
    }
    EXPECT_EQ(ids(fetch_all(serve())), sent);
}

TEST_F(Fetch, NeverTakesMoreThanTheRoom) {
    for (int i = 0; i < 20; ++i) rig.push("celery", message(std::to_string(i)));
    auto& consumer = serve();
    std::size_t total = 0;
    for (std::size_t room : {1u, 3u, 5u}) {
        const auto n = consumer.fetch(room, soon(1000)).size();
        EXPECT_LE(n, room);
        total += n;
    }
    EXPECT_EQ(total + rig.length("celery"), 20u);
}

TEST_F(Fetch, SecondHalfOfALargeRoomIsClaimedWhileTheFirstIsLeased) {
    for (int i = 0; i < 300; ++i) rig.push("celery", message(std::to_string(i)));
    auto& consumer = serve();
    fetch_all(consumer, 16);  // the size of messages is known
    for (int i = 0; i < 300; ++i) rig.push("celery", message(std::to_string(i)));
    std::size_t first = 0;
    while (first <= 1)
        first = consumer.fetch(200, soon(1000)).size();  // one may come by the waiting connection
    EXPECT_EQ(first, 100u);
    // In the other of the two inboxes: the first was not empty yet when it was claimed.
    EXPECT_EQ(rig.length("taskworker.claim:w1:celery"), 0u);
    EXPECT_EQ(rig.length("taskworker.wait:w1:celery"), 100u);
    EXPECT_EQ(consumer.fetch(100, soon(1000)).size(), 100u);
}

TEST_F(Fetch, WakesForAMessageThatComesLater) {
    auto& consumer = serve();
    std::thread producer([&] {
        redis::Connection connection({.url = parse_redis_url(rig.server().unix_url()), .name = {}});
        connection.connect();
        eventually([&] {
            return connection.call("INFO", "clients").text.find("blocked_clients:4") !=
                   std::string::npos;
        });
        connection.call(
            "LPUSH",
            "celery\x06\x16"
            "3",
            message("late")
        );
    });
    const auto began = std::chrono::steady_clock::now();
    const auto got = deliveries(consumer.fetch(10, soon(20'000)));
    producer.join();
    EXPECT_EQ(ids(got), Ids{"late"});
    EXPECT_EQ(
        got[0].list,
        "celery\x06\x16"
        "3"
    );
    EXPECT_EQ(got[0].queue, "celery");
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
    EXPECT_EQ(rig.leased(), 1u);
}

TEST_F(Fetch, GoesOnFromWaitingToClaiming) {
    auto& consumer = serve();
    EXPECT_TRUE(consumer.fetch(100, soon(20)).empty());  // now it waits
    Ids sent;
    for (int i = 0; i < 50; ++i) {
        sent.push_back(std::to_string(i));
        rig.push("celery", message(sent.back()));
    }
    EXPECT_EQ(ids(fetch_all(consumer, 100)), sent);
}

TEST_F(Fetch, ReturnsWhenTheTimeIsOver) {
    auto& consumer = serve();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(consumer.fetch(10, soon(50)).empty());
    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, std::chrono::milliseconds(49));
    EXPECT_LT(took, std::chrono::seconds(5));
}

TEST_F(Fetch, IsInterruptedFromAnotherThread) {
    auto& consumer = serve();
    consumer.interrupt();
    EXPECT_TRUE(consumer.fetch(10, soon(20'000)).empty());
    std::thread other([&] { consumer.interrupt(); });
    EXPECT_TRUE(consumer.fetch(10, soon(20'000)).empty());
    other.join();
}

TEST_F(Fetch, RoomZeroTakesNothingAndStopsWaiting) {
    auto& consumer = serve();
    EXPECT_TRUE(consumer.fetch(1, soon(10)).empty());  // armed
    EXPECT_TRUE(consumer.fetch(0, soon(10)).empty());
    rig.push("celery", message("a"));
    EXPECT_TRUE(consumer.fetch(0, soon(30)).empty());
    EXPECT_EQ(rig.length("celery"), 1u);
    EXPECT_EQ(ids(deliveries(consumer.fetch(1, soon(1000)))), Ids{"a"});
}

TEST_F(Fetch, WhatWasOnItsWayWhenTheRoomWentIsReturnedAndLeased) {
    auto& consumer = serve();
    EXPECT_TRUE(consumer.fetch(1, soon(10)).empty());
    rig.push("celery", message("a"));  // goes to the waiting connection at once
    EXPECT_EQ(ids(deliveries(consumer.fetch(0, soon(1000)))), Ids{"a"});
    EXPECT_EQ(rig.leased(), 1u);
}

TEST_F(Fetch, UnsubscribeReturnsWhatHadArrived) {
    auto& consumer = serve();
    EXPECT_TRUE(consumer.fetch(1, soon(10)).empty());
    rig.push("celery", message("a"));
    EXPECT_EQ(ids(deliveries(consumer.unsubscribe())), Ids{"a"});
    EXPECT_EQ(rig.leased(), 1u);
    rig.push("celery", message("b"));
    EXPECT_TRUE(consumer.fetch(10, soon(30)).empty());
    EXPECT_EQ(rig.length("celery"), 1u);
}

TEST_F(Fetch, UnsubscribeReturnsWhatWasClaimedAhead) {
    for (int i = 0; i < 300; ++i) rig.push("celery", message(std::to_string(i)));
    auto& consumer = serve();
    std::size_t got = consumer.fetch(100, soon(1000)).size();
    got += consumer.unsubscribe().size();
    EXPECT_EQ(got + rig.length("celery"), 300u);
    EXPECT_EQ(rig.leased(), got);
    EXPECT_TRUE(rig.keys("taskworker.claim*").empty());
}

TEST_F(Fetch, UrgentStepsComeFirst) {
    const std::string sep = "\x06\x16";
    rig.push("celery" + sep + "9", message("nine", "add", 9));
    rig.push("celery" + sep + "3", message("three", "add", 3));
    rig.push("celery", message("zero"));
    rig.push("celery" + sep + "6", message("six", "add", 6));
    EXPECT_EQ(ids(fetch_all(serve(), 1)), (Ids{"zero", "three", "six", "nine"}));
}

TEST_F(Fetch, QueuesOfOneStepTakeTurns) {
    for (int i = 0; i < 3; ++i) rig.push("a", message("a" + std::to_string(i)));
    for (int i = 0; i < 3; ++i) rig.push("b", message("b" + std::to_string(i)));
    EXPECT_EQ(ids(fetch_all(serve({"a", "b"}), 1)), (Ids{"a0", "b0", "a1", "b1", "a2", "b2"}));
}

TEST_F(Fetch, PriorityStrategyServesTheFirstQueueFirst) {
    rig.settings.broker_transport_options = {{"queue_order_strategy", "priority"}};
    for (int i = 0; i < 2; ++i) rig.push("b", message("b" + std::to_string(i)));
    for (int i = 0; i < 2; ++i) rig.push("a", message("a" + std::to_string(i)));
    EXPECT_EQ(ids(fetch_all(serve({"b", "a"}), 1)), (Ids{"b0", "b1", "a0", "a1"}));
}

TEST_F(Fetch, HonoursPrefixSeparatorAndSteps) {
    rig.settings.broker_transport_options = {
        {"global_keyprefix", "kp:"},
        {"sep", ":"},
        {"priority_steps", {0, 5}},
        {"unacked_key", "held"}};
    rig.push("kp:celery", message("zero"));
    rig.push("kp:celery:5", message("five", "add", 7));
    rig.push("celery", message("not ours"));
    const auto got = fetch_all(serve());
    EXPECT_EQ(ids(got), (Ids{"zero", "five"}));
    EXPECT_EQ(got[1].list, "celery:5");
    EXPECT_EQ(got[1].queue, "celery");
    EXPECT_EQ(rig.raw().call("HLEN", "kp:held").integer, 2);
    EXPECT_EQ(rig.keys("kp:_kombu*").size(), 2u);
    EXPECT_EQ(rig.raw().call("ZCARD", "kp:taskworker.workers").integer, 1);
}

TEST_F(Fetch, DeclaresBindingsAsAPythonWorkerDoes) {
    serve({"celery", "sms"}).fetch(0, soon(0));
    for (const std::string queue : {"celery", "sms"}) {
        const auto member = queue + "\x06\x16\x06\x16" + queue;
        EXPECT_EQ(rig.raw().call("SISMEMBER", "_kombu.binding." + queue, member).integer, 1);
        EXPECT_EQ(
            rig.raw().call("SISMEMBER", "_kombu.binding_permanent." + queue, member).integer, 1
        );
    }
}

TEST_F(Fetch, IsKnownToOthersBeforeItTakesAnything) {
    serve().fetch(0, soon(0));
    EXPECT_FALSE(rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil());
    EXPECT_EQ(
        rig.raw().call("HGET", "taskworker.inboxes", "w1").text,
        "1 2\ncelery\ncelery\x06\x16"
        "3\ncelery\x06\x16"
        "6\ncelery\x06\x16"
        "9"
    );
}

TEST_F(Fetch, MalformedMessagesBecomeDeadLettersByteForByte) {
    const std::vector<std::string> bad = {
        "not JSON at all",
        std::string("\xff\xfe\0binary", 9),
        R"({"body": 1, "headers": [], "properties": {}})",
        "[]"};
    rig.push("celery", message("before"));
    for (const auto& bytes : bad) rig.push("celery", bytes);
    rig.push("celery", message("after"));
    const auto fetched = serve().fetch(100, soon(1000));
    ASSERT_EQ(fetched.size(), 6u);
    EXPECT_EQ(std::get<std::shared_ptr<const Delivery>>(fetched[0])->request.id, "before");
    EXPECT_EQ(std::get<std::shared_ptr<const Delivery>>(fetched[5])->request.id, "after");
    const auto letters = transport->dead_letters()->list(0, 100);
    ASSERT_EQ(letters.size(), bad.size());
    for (std::size_t i = 0; i < bad.size(); ++i) {
        const auto& discarded = std::get<DiscardedMessage>(fetched[i + 1]);
        EXPECT_EQ(discarded.head, bad[i]);
        EXPECT_FALSE(discarded.why.empty());
        const auto& letter = letters[bad.size() - 1 - i];  // the newest first
        EXPECT_EQ(letter.message, bad[i]);
        EXPECT_EQ(letter.queue, "celery");
        EXPECT_EQ(letter.reason, discarded.why);
        EXPECT_EQ(letter.worker, "w@host");
    }
    EXPECT_EQ(rig.leased(), 2u);
    EXPECT_TRUE(rig.keys("taskworker.claim*").empty());
}

TEST_F(Fetch, OnlyMalformedMessagesAreNoLeases) {
    for (int i = 0; i < 40; ++i) rig.push("celery", "bad " + std::to_string(i));
    auto& consumer = serve();
    std::size_t discarded = 0;
    while (discarded < 40) {
        const auto fetched = consumer.fetch(10, soon(1000));
        ASSERT_FALSE(fetched.empty());
        discarded += fetched.size();
    }
    EXPECT_EQ(rig.leased(), 0u);
    EXPECT_EQ(transport->dead_letters()->size(), 40u);
}

TEST_F(Fetch, AQueueOfManyStepsWaitsOnAllOfThem) {
    rig.settings.broker_transport_options = {{"priority_steps", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}};
    auto& consumer = serve({"a", "b", "c", "d", "e", "f", "g"});  // 70 lists, more than connections
    EXPECT_TRUE(consumer.fetch(5, soon(20)).empty());
    rig.push(
        "g\x06\x16"
        "9",
        message("last")
    );  // no connection waits there
    EXPECT_EQ(ids(deliveries(consumer.fetch(5, soon(5000)))), Ids{"last"});
}

TEST_F(Fetch, SubscribingAnewKeepsWhatWasUnderWay) {
    auto& consumer = serve({"a"});
    EXPECT_TRUE(consumer.fetch(5, soon(10)).empty());
    rig.push("a", message("of a"));
    rig.push("b", message("of b"));
    consumer.subscribe({"b"});
    EXPECT_EQ(ids(fetch_all(consumer)), (Ids{"of a", "of b"}));
}

TEST_F(Fetch, RefusesNamesThatWouldBreakItsNotes) {
    EXPECT_THROW(serve({"a\nb"}), ConfigError);
    EXPECT_THROW(rig.worker("no:colon"), ConfigError);
}

TEST_F(Fetch, PublishesToTheListOfThePriority) {
    serve().publish(std::vector<Outgoing>{
        {"celery", 0, "m0"}, {"celery", 4, "m4"}, {"other", 9, "m9"}});
    EXPECT_EQ(rig.list("celery"), Ids{"m0"});
    EXPECT_EQ(
        rig.list("celery\x06\x16"
                 "3"),
        Ids{"m4"}
    );
    EXPECT_EQ(
        rig.list("other\x06\x16"
                 "9"),
        Ids{"m9"}
    );
}

}  // namespace
}  // namespace taskworker::testing
