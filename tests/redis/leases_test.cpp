#include "redis/leases_fixture.hpp"

namespace taskworker::testing {
namespace {

TEST_F(RedisLeasesTest, RenewalMovesTheScoreAndNamesWhatIsGone) {
    push(3);
    Holder worker(rig, "w1");
    const auto held = worker.take(3);
    rig.raw().call("ZREM", "unacked_index", held[1].tag);
    rig.raw().call("HDEL", "unacked", held[1].tag);
    const auto later = now() + Seconds(100);
    EXPECT_EQ(worker.leases->extend(tags(held), later), std::vector{held[1].tag});
    EXPECT_NEAR(score(held[0].tag), unix_time(later), 0.001);
    EXPECT_TRUE(worker.leases->extend(std::vector{held[0].tag, held[2].tag}, later).empty()
    );  // nothing changes
    EXPECT_TRUE(worker.leases->extend({}, later).empty());
}

TEST_F(RedisLeasesTest, AStartedTaskIsNotGone) {
    push(1);
    Holder worker(rig, "w1");
    const auto held = worker.take(1);
    rig.raw().call("HSET", "taskworker.started.w1", held[0].tag, "{}");
    rig.raw().call("HDEL", "unacked", held[0].tag);
    rig.raw().call("ZREM", "unacked_index", held[0].tag);
    EXPECT_TRUE(worker.leases->extend(tags(held), now()).empty());
}

TEST_F(RedisLeasesTest, ARenewalUnderWayDoesNotPullAParkedTaskBack) {
    push(1);
    Holder worker(rig, "w1");
    const auto held = worker.take(1);
    const auto due = now() + Seconds(3600);
    EXPECT_TRUE(worker.leases->park(std::vector<Parking>{{held[0].tag, due}}).empty());
    EXPECT_TRUE(worker.leases->extend(tags(held), now()).empty());
    EXPECT_NEAR(score(held[0].tag), unix_time(due), 0.001);
}

TEST_F(RedisLeasesTest, ParkedTasksComeBackToAnyWorkerWhenTheyAreDue) {
    push(3);
    Holder worker(rig, "w1"), other(rig, "w2");
    other.broker->fetch(0, soon(0));
    const auto held = worker.take(3);
    const auto t = now();
    EXPECT_FALSE(worker.leases->next_due());
    std::vector<Parking> parkings{
        {held[0].tag, t + Seconds(10)}, {held[1].tag, t + Seconds(20)}, {"tw:gone", t}};
    EXPECT_EQ(worker.leases->park(parkings), Ids{"tw:gone"});
    EXPECT_NEAR(unix_time(*other.leases->next_due()), unix_time(t + Seconds(10)), 0.001);
    EXPECT_TRUE(other.leases->claim_due(t + Seconds(9), 10).empty());
    const auto due = deliveries(other.leases->claim_due(t + Seconds(11), 10));
    ASSERT_EQ(ids(due), Ids{"0"});
    EXPECT_TRUE(due[0].tag.starts_with("tw:w2@") && due[0].tag.ends_with(":celery"));
    EXPECT_EQ(due[0].list, "celery");
    EXPECT_EQ(due[0].message.raw, message("0"));
    EXPECT_NEAR(score(due[0].tag), unix_time(t + Seconds(11)), 0.001);
    EXPECT_EQ(rig.leased(), 3u);
    EXPECT_EQ(deliveries(worker.leases->claim_due(t + Seconds(100), 10)).size(), 1u);
    EXPECT_FALSE(worker.leases->next_due());
}

TEST_F(RedisLeasesTest, ADueTaskOfAQueueWeDoNotServeGoesToItsList) {
    rig.push("odd:name,\"\",\"x", message("a"));
    Holder worker(rig, "w1", {"odd:name,\"\",\"x"}), other(rig, "w2");
    other.broker->fetch(0, soon(0));
    const auto held = worker.take(1);
    worker.leases->park(std::vector<Parking>{{held.at(0).tag, now()}});
    EXPECT_TRUE(other.leases->claim_due(now() + Seconds(1), 10).empty());
    EXPECT_EQ(rig.list("odd:name,\"\",\"x"), Ids{message("a")});
    EXPECT_EQ(rig.leased(), 0u);
    EXPECT_EQ(rig.raw().call("ZCARD", "taskworker.parked").integer, 0);
}

TEST_F(RedisLeasesTest, AParkedTaskThatNobodyCanReadBecomesADeadLetter) {
    push(1);
    Holder worker(rig, "w1");
    const auto held = worker.take(1);
    rig.raw().call("HSET", "unacked", held[0].tag, R"([{"spoilt": 1},"","celery"])");
    worker.leases->park(std::vector<Parking>{{held[0].tag, now()}});
    const auto due = worker.leases->claim_due(now() + Seconds(1), 10);
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(std::get<DiscardedMessage>(due[0]).head, R"({"spoilt": 1})");
    EXPECT_EQ(worker.transport->dead_letters()->list(0, 1).at(0).message, R"({"spoilt": 1})");
    EXPECT_EQ(rig.leased(), 0u);
}

TEST_F(RedisLeasesTest, HandedBackLeasesRunNextInTheirOldOrder) {
    push(4);
    Holder worker(rig, "w1");
    auto held = worker.take(3);
    rig.raw().call("HDEL", "unacked", held[1].tag);  // somebody else has it
    std::vector<Handover> leases;
    for (auto it = held.rbegin(); it != held.rend(); ++it)
        leases.push_back({it->tag, it->list, it->message.raw});
    EXPECT_EQ(worker.leases->hand_back(leases), 2u);
    EXPECT_EQ(rig.leased(), 0u);
    EXPECT_EQ(ids(fetch_all(*worker.broker)), (Ids{"0", "2", "3"}));
}

TEST_F(RedisLeasesTest, TheFirstBeatIsNewAndTheSecondIsNot) {
    Holder worker(rig, "w1");
    EXPECT_FALSE(worker.leases->beat().known);
    EXPECT_TRUE(worker.leases->beat().known);
    worker.leases->leave();
    EXPECT_EQ(rig.raw().call("ZCARD", "taskworker.workers").integer, 0);
    EXPECT_EQ(rig.raw().call("HLEN", "taskworker.inboxes").integer, 0);
}

TEST_F(RedisLeasesTest, WhoeverLooksDeadOnceIsNotReapedIfItBeatsBeforeTheSecondLook) {
    Holder alive(rig, "w1"), other(rig, "w2");
    alive.leases->beat();
    EXPECT_TRUE(eventually([&] {  // Redis was paused: all beats are old
        rig.raw().call("ZADD", "taskworker.workers", 1000, "w1");
        return other.leases->beat().dead.empty();
    }));
    alive.leases->beat();
    for (int i = 0; i < 20; ++i) {
        alive.leases->beat();
        EXPECT_TRUE(other.leases->beat().dead.empty());
    }
}

// In a fleet that dies over and over nobody may live long enough to look twice.
TEST_F(RedisLeasesTest, TheTwoLooksAtADeadWorkerMayBeThoseOfTwoOthers) {
    push(1);
    {
        Holder dead(rig, "w1");
        ASSERT_EQ(dead.take(1).size(), 1u);
    }
    std::size_t looks = 0, told = 0;
    EXPECT_TRUE(eventually([&] {
        Holder once(rig, "look" + std::to_string(++looks));
        const auto beat = once.leases->beat();
        for (const auto& dead : beat.dead)
            told += dead == "w1" && once.leases->reap(dead).handed_back == 1;
        once.leases->leave();
        return told > 0;
    }));
    EXPECT_GT(looks, 1u);
    EXPECT_EQ(rig.length("celery"), 1u);
}

TEST_F(RedisLeasesTest, SuspicionsGoWithThoseTheyWereAbout) {
    { Holder(rig, "w1").leases->beat(); }
    Holder worker(rig, "w2");
    EXPECT_TRUE(eventually([&] {
        worker.leases->beat();
        return rig.raw().call("HEXISTS", "taskworker.suspects", "w1").integer == 1;
    }));
    EXPECT_GT(rig.raw().call("TTL", "taskworker.suspects").integer, 0);
    rig.raw().call("ZREM", "taskworker.workers", "w1");
    worker.leases->beat();
    EXPECT_EQ(rig.raw().call("HEXISTS", "taskworker.suspects", "w1").integer, 0);
}

TEST_F(RedisLeasesTest, ADeadWorkersLeasesGoBackMarkedAsRedelivered) {
    push(5);
    {
        Holder dead(rig, "w1");
        ASSERT_EQ(dead.take(3).size(), 3u);
    }
    Holder worker(rig, "w2");
    const auto report = reap_the_dead(*worker.leases);
    EXPECT_EQ(report.worker, "w1");
    EXPECT_EQ(report.handed_back, 3u);
    EXPECT_TRUE(report.poisoned.empty() && report.started.empty());
    const auto again = fetch_all(*worker.broker);
    EXPECT_EQ(ids(again), (Ids{"0", "1", "2", "3", "4"}));
    EXPECT_TRUE(again[0].request.delivery_info.redelivered);
    EXPECT_FALSE(again[4].request.delivery_info.redelivered);
}

TEST_F(RedisLeasesTest, ADeadWorkersInboxesGoBackInOrder) {
    Holder dead(rig, "w1");
    dead.broker->fetch(0, soon(0));  // announced
    push(2);
    for (int i = 4; i > 1; --i) rig.push("taskworker.claim:w1:celery", message(std::to_string(i)));
    rig.push(
        "taskworker.wait:w1:celery\x06\x16"
        "3",
        message("urgent no more")
    );
    rig.raw().call("DEL", "celery");
    for (int i = 7; i > 4; --i) rig.raw().call("RPUSH", "celery", message(std::to_string(i)));
    rig.raw().call("DEL", "taskworker.claim:w1:celery");
    for (int i = 2; i < 5; ++i) rig.push("taskworker.claim:w1:celery", message(std::to_string(i)));
    Holder worker(rig, "w2");
    EXPECT_EQ(reap_the_dead(*worker.leases).handed_back, 4u);
    EXPECT_EQ(
        ids(fetch_all(*worker.broker)), (Ids{"2", "3", "4", "5", "6", "7", "urgent no more"})
    );
}

TEST_F(RedisLeasesTest, OneCallerAtATimeReapsADeadWorker) {
    { Holder(rig, "w1").leases->beat(); }
    Holder a(rig, "w2"), b(rig, "w3");
    rig.raw().call("ZADD", "taskworker.workers", 1000, "w1");
    rig.raw().call("HSET", "taskworker.suspects", "w1", "1000 1000 99999999999");  // b is at it
    for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(a.leases->beat().dead.empty());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    rig.raw().call("HSET", "taskworker.suspects", "w1", "1000 1000 1000");  // it was, long ago
    EXPECT_EQ(reap_the_dead(*a.leases).worker, "w1");
}

TEST_F(RedisLeasesTest, AWorkerThatIsAliveAgainIsLeftAlone) {
    push(1);
    Holder alive(rig, "w1"), other(rig, "w2");
    alive.take(1);
    alive.leases->beat();
    const auto report = other.leases->reap("w1");
    EXPECT_EQ(report.handed_back, 0u);
    EXPECT_EQ(rig.leased(), 1u);
}

TEST_F(RedisLeasesTest, TheDeadAreForgottenWhenNothingOfThemCanCome) {
    { Holder(rig, "w1").leases->beat(); }
    Holder worker(rig, "w2");
    EXPECT_TRUE(eventually([&] {
        for (const auto& dead : worker.leases->beat().dead) worker.leases->reap(dead);
        return rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil();
    }));
    EXPECT_TRUE(rig.raw().call("HGET", "taskworker.inboxes", "w1").nil());
}

TEST_F(RedisLeasesTest, ATaskThatKilledTooManyWorkersIsPoison) {
    rig.settings.worker_max_deliveries = 2;
    rig.settings.worker_concurrency = 1;
    push(2);
    for (int death = 1; death <= 2; ++death) {
        { ASSERT_EQ(Holder(rig, "d" + std::to_string(death)).take(2).size(), 2u); }
        Holder worker(rig, "w" + std::to_string(death));
        const auto report = reap_the_dead(*worker.leases, "d" + std::to_string(death));
        worker.leases->leave();
        // The second message had not begun: one slot. It bears no blame.
        EXPECT_EQ(report.handed_back, death == 1 ? 2u : 1u);
        ASSERT_EQ(report.poisoned.size(), death == 1 ? 0u : 1u);
        if (death == 1) continue;
        EXPECT_EQ(report.poisoned[0].request.id, "0");
        EXPECT_TRUE(report.poisoned[0].tag.starts_with("tw:d2@"));
        EXPECT_EQ(rig.raw().call("HEXISTS", "unacked", report.poisoned[0].tag).integer, 1);
    }
    EXPECT_EQ(rig.length("celery"), 1u);
    EXPECT_GT(rig.raw().call("TTL", "taskworker.deaths:0").integer, 80'000);
    EXPECT_EQ(rig.raw().call("EXISTS", "taskworker.deaths:1").integer, 0);
}

TEST_F(RedisLeasesTest, WhatADeadWorkerHadBegunIsToldUntilItIsSettled) {
    { Holder(rig, "w1").leases->beat(); }
    rig.raw().call("HSET", "taskworker.started.w1", "tw:w1@:1:celery", R"({"id": "x"})");
    Holder worker(rig, "w2");
    const auto report = reap_the_dead(*worker.leases);
    ASSERT_EQ(report.started.size(), 1u);
    EXPECT_EQ(report.started[0].note, R"({"id": "x"})");
    EXPECT_EQ(report.started[0].worker, "w1");
    rig.raw().call("ZADD", "taskworker.workers", 1000, "w1");  // long dead
    EXPECT_EQ(worker.leases->reap("w1").started.size(), 1u);
    EXPECT_FALSE(rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil());
    rig.raw().call("DEL", "taskworker.started.w1");
    worker.leases->reap("w1");
    EXPECT_TRUE(rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil());
}

TEST_F(RedisLeasesTest, WhatWasLeasedByAnAnswerThatGotLostGoesBackInOrder) {
    push(6);
    Holder worker(rig, "w1"), other(rig, "w2");
    const auto taken = worker.take(5);
    ASSERT_EQ(taken.size(), 5u);
    ASSERT_EQ(other.take(1).size(), 1u);
    const Parking parking{taken[4].tag, now() + std::chrono::seconds(30)};
    worker.leases->park(std::span(&parking, 1));
    const auto n = worker.leases->hand_back_unknown([&](const std::string& tag) {
        return tag == taken[0].tag || tag == taken[2].tag;
    });
    EXPECT_EQ(n, 2u);
    EXPECT_EQ(rig.leased(), 4u);
    EXPECT_EQ(ids(fetch_all(*other.broker)), (Ids{"1", "3"}));
}

TEST_F(RedisLeasesTest, LeavingWithBegunTasksMeansToBeReaped) {
    Holder worker(rig, "w1");
    worker.leases->beat();
    rig.raw().call("HSET", "taskworker.started.w1", "tag", "note");
    worker.leases->leave();
    EXPECT_EQ(rig.raw().call("ZSCORE", "taskworker.workers", "w1").text, "0");
}

TEST_F(RedisLeasesTest, LeavingHandsTheInboxesBack) {
    Holder worker(rig, "w1");
    worker.broker->fetch(0, soon(0));
    rig.push("taskworker.wait:w1:celery", message("a"));
    worker.leases->leave();
    EXPECT_EQ(rig.length("celery"), 1u);
}

TEST_F(RedisLeasesTest, ParkedTasksOfADeadWorkerStayParked) {
    push(1);
    const auto due = now() + Seconds(30);
    {
        Holder dead(rig, "w1");
        dead.leases->park(std::vector<Parking>{{dead.take(1).at(0).tag, due}});
    }
    Holder worker(rig, "w2");
    EXPECT_EQ(reap_the_dead(*worker.leases).handed_back, 0u);
    EXPECT_EQ(rig.raw().call("ZCARD", "taskworker.parked").integer, 1);
    EXPECT_EQ(rig.leased(), 1u);
}

TEST_F(RedisLeasesTest, NotesOfAnUnknownLayoutAreLeftAlone) {
    rig.raw().call("ZADD", "taskworker.workers", 1000, "w1");
    rig.raw().call("HSET", "taskworker.inboxes", "w1", "2 what ever\nx");
    Holder worker(rig, "w2");
    EXPECT_EQ(worker.leases->reap("w1").handed_back, 0u);
    EXPECT_FALSE(rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil());
}

}  // namespace
}  // namespace taskworker::testing
