#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "broker/redis_broker.hpp"
#include "broker/redis_leases.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

// Fleets in which many are dead and those who should reap them live shortly, too. Time is an
// argument, also of the scripts; lives are made of a seed.
namespace taskworker {
namespace {

using namespace testing;

struct TimedWorker {
    explicit TimedWorker(const RedisSettings& with)
        : id(with.presence->id()), broker(with), leases(with) {
        leases.announce();
        broker.subscribe({"celery"});
    }
    std::string id;
    RedisBroker broker;
    RedisLeases leases;
};

class ShortLives : public ::testing::Test {
protected:
    ShortLives() {
        rig.settings.broker_transport_options["priority_steps"] = Json::array({0});
        rig.settings.worker_max_deliveries = 0;
    }
    TimedWorker born(const std::string& id) {
        auto with = redis_settings(rig.settings, "w@h", id);
        with.simulated_now = [this] { return from_unix(1'700'000'000 + now); };
        return TimedWorker(with);
    }
    void push(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) rig.push("celery", message(std::to_string(i)));
    }
    // Whoever of these ids still has something in Redis.
    std::set<std::string> holders() {
        std::set<std::string> ids;
        for (const auto& tag : rig.raw().call("HKEYS", "unacked").items)
            ids.emplace(parse_tag(tag.text)->worker);
        for (const auto& inbox : rig.keys("taskworker.claim:*")) {
            const auto id = inbox.substr(std::string("taskworker.claim:").size());
            ids.insert(id.substr(0, id.find(':')));
        }
        return ids;
    }
    // As the keeper does it: again at once while there are more.
    std::vector<std::size_t> look(TimedWorker& worker) {
        std::vector<std::size_t> told;
        for (bool more = true; more;) {
            const auto beat = worker.leases.beat();
            for (const auto& dead : beat.dead) worker.leases.reap(dead);
            told.push_back(beat.dead.size());
            more = beat.more;
        }
        return told;
    }
    // Until all who are silent by now are reaped: suspected, time for all to come back, dead.
    void look_until_reaped(TimedWorker& worker) {
        now += 9, look(worker);
        for (int beat = 0; beat < 2; ++beat) now += 2, look(worker);
    }
    bool told_of(TimedWorker& worker, const std::string& id) {
        const auto dead = worker.leases.beat().dead;
        return std::find(dead.begin(), dead.end(), id) != dead.end();
    }

    RedisRig rig;
    double now = 1000;
};

// Each lives for half a second at most, and reaps as long: a hundredth of a second for each dead
// one.
TEST_F(ShortLives, WhatTheDeadHeldIsBackInTimeThoughNobodyLivesForLong) {
    constexpr double kReap = 0.01, kLife = 0.5;
    push(600);
    std::mt19937_64 luck(2026);
    std::map<std::string, double> died;  // and still hold something
    std::vector<double> recovered;
    const auto see = [&] {
        const auto left = holders();
        std::erase_if(died, [&](const auto& one) {
            if (left.contains(one.first)) return false;
            recovered.push_back(now - one.second);
            return true;
        });
    };
    for (int life = 0; life < 400; ++life) {
        auto worker = born("w" + std::to_string(life));
        worker.broker.fetch(4, SteadyPoint{});
        const double end = now + std::uniform_real_distribution(kReap, kLife)(luck);
        for (const auto& dead : worker.leases.beat().dead) {
            if (now + kReap > end) break;
            now += kReap;
            worker.leases.reap(dead);
        }
        see();
        now = end;
        died[worker.id] = now;
    }
    auto last = born("last");
    for (int beat = 0; beat < 8; ++beat, now += 2) look(last), see();
    EXPECT_TRUE(died.empty());
    ASSERT_EQ(recovered.size(), 400u);
    std::sort(recovered.begin(), recovered.end());
    EXPECT_LE(recovered[200], 10);
    EXPECT_LE(recovered.back(), 12);
    EXPECT_EQ(rig.length("celery"), 600u);
}

TEST_F(ShortLives, AHundredThatDieAtOnceAreToldInSmallShareAndReapedWithoutAPause) {
    push(100);
    for (int i = 0; i < 100; ++i) born("w" + std::to_string(i)).broker.fetch(1, SteadyPoint{});
    ASSERT_EQ(holders().size(), 100u);
    now += 9;
    auto worker = born("alive");
    EXPECT_EQ(look(worker), std::vector<std::size_t>{0});
    now += 2;
    EXPECT_EQ(look(worker), std::vector<std::size_t>{0});
    now += 2;
    const auto told = look(worker);
    EXPECT_EQ(*std::max_element(told.begin(), told.end()), 16u);
    EXPECT_TRUE(holders().empty());
    EXPECT_EQ(rig.length("celery"), 100u);
}

TEST_F(ShortLives, WhoeverIsNotReapedByTheOneWhoWasToldIsToldToTheNextAfterASecond) {
    push(1);
    born("w1").broker.fetch(1, SteadyPoint{});
    now += 9;
    born("first");
    auto second = born("second");
    EXPECT_FALSE(told_of(second, "w1"));
    now += 3.7;
    EXPECT_TRUE(told_of(second, "w1"));  // and dies
    auto third = born("third");
    EXPECT_FALSE(told_of(third, "w1"));
    now += 1.1;
    EXPECT_TRUE(told_of(third, "w1"));
}

TEST_F(ShortLives, ThoseWhoseMessagesAreAllBackAreToldLastAndRarely) {
    push(2);
    born("old").broker.fetch(1, SteadyPoint{});
    auto worker = born("alive");
    look_until_reaped(worker);
    ASSERT_TRUE(holders().empty());
    now += 1.5;
    EXPECT_FALSE(told_of(worker, "old"));
    born("new").broker.fetch(1, SteadyPoint{});
    now += 9;
    worker.leases.beat();
    now += 4.1;
    EXPECT_EQ(worker.leases.beat().dead, (std::vector<std::string>{"new", "old"}));
}

// A connection of a vanished host may still be given a message.
TEST_F(ShortLives, AStragglerOfADeadWorkerIsBackInSecondsUntilItIsForgotten) {
    born("w1").broker.fetch(0, SteadyPoint{});
    auto worker = born("alive");
    look_until_reaped(worker);
    while (!rig.raw().call("ZSCORE", "taskworker.workers", "w1").nil() && now < 1100) {
        rig.push("taskworker.wait:w1:celery", message("straggler"));
        for (int beat = 0; beat < 3; ++beat) now += 2, look(worker);
        EXPECT_EQ(rig.length("taskworker.wait:w1:celery"), 0u) << now;
    }
    EXPECT_GT(now, 1050);
    EXPECT_LT(now, 1060);
    look(worker);
    EXPECT_EQ(rig.raw().call("HEXISTS", "taskworker.suspects", "w1").integer, 0);
}

TEST_F(ShortLives, WhoHasBegunTasksLeftIsToldAgainSoonUntilTheyAreSettled) {
    born("w1").broker.fetch(0, SteadyPoint{});
    rig.raw().call("HSET", "taskworker.started.w1", "tw:w1@:1:celery", R"({"id": "x"})");
    auto worker = born("alive");
    look_until_reaped(worker);  // nobody settled it
    now += 1.1;
    EXPECT_TRUE(told_of(worker, "w1"));
    rig.raw().call("DEL", "taskworker.started.w1");
    worker.leases.reap("w1");
    now += 1.1;
    EXPECT_FALSE(told_of(worker, "w1"));
}

// Found when it could be forgotten: after an hour without any worker.
TEST_F(ShortLives, AReaperMayDieAnywhereOverOneThatIsLongDead) {
    constexpr int kPlaces = 8;
    push(kPlaces);
    for (int i = 0; i < kPlaces; ++i) born("w" + std::to_string(i)).broker.fetch(1, SteadyPoint{});
    now += 3600;
    int deaths = 0;
    for (int i = 0; i < kPlaces; ++i) {
        int looks = 0;
        auto with = redis_settings(rig.settings, "w@h", "reaper");
        with.simulated_now = [&] {
            if (looks++ == i) throw BrokerError("died");
            return from_unix(1'700'000'000 + now);
        };
        try {
            RedisLeases(with).reap("w" + std::to_string(i));
        } catch (const BrokerError&) {
            ++deaths;
        }
    }
    EXPECT_GT(deaths, 4);
    auto worker = born("alive");
    look_until_reaped(worker);
    EXPECT_TRUE(holders().empty());
    EXPECT_EQ(rig.length("celery"), static_cast<std::size_t>(kPlaces));
}

TEST_F(ShortLives, WhoCameBackAfterBeingReapedAndDiesIsReapedAgain) {
    push(1);
    auto worker = born("alive"), paused = born("w1");
    look_until_reaped(worker);
    paused.leases.beat();
    paused.broker.fetch(1, SteadyPoint{});
    now += 4, look(worker), now += 4, look(worker);
    EXPECT_FALSE(holders().empty());
    now += 2, look(worker);
    EXPECT_TRUE(holders().empty());
}

// Redis stood still for 5 s; who is far away comes back later than others look.
TEST_F(ShortLives, AfterAPauseOfRedisAllHaveTimeToComeBack) {
    auto far = born("far"), near = born("near"), other = born("other");
    look(near), look(other);
    now += 5, far.leases.beat();
    now += 1.5;  // and now the pause
    for (double resumed = now += 5.1; now < resumed + 3.5; now += 0.5) {
        EXPECT_TRUE(near.leases.beat().dead.empty()) << now - resumed;
        EXPECT_TRUE(other.leases.beat().dead.empty()) << now - resumed;
    }
    far.leases.beat();
    for (int beat = 0; beat < 3; ++beat) {
        now += 2;
        EXPECT_TRUE(near.leases.beat().dead.empty());
    }
}

TEST_F(ShortLives, WhoDiesDuringAPauseOfRedisIsReapedSoonAfterwards) {
    auto near = born("near");
    push(1);
    born("dead").broker.fetch(1, SteadyPoint{});
    now += 7;
    for (int beat = 0; beat < 4; ++beat) look(near), now += 1.8;
    EXPECT_TRUE(holders().empty());
}

// A single worker that dies at once and is started anew after a while, over and over.
TEST_F(ShortLives, WhatLooksLikeAPauseEachTimeIsNone) {
    push(1);
    born("dead").broker.fetch(1, SteadyPoint{});
    for (int life = 0; life < 5; ++life) {
        now += 6;
        auto worker = born("w" + std::to_string(life));
        look(worker);
        EXPECT_EQ(holders().contains("dead"), now - 1000 < 24) << now;
    }
}

// Its own beats are so rare that each could be taken for the end of a pause.
TEST_F(ShortLives, ALoneWorkerOnASlowNetworkReaps) {
    push(1);
    born("dead").broker.fetch(1, SteadyPoint{});
    auto slow = born("slow");
    for (int beat = 0; beat < 6; ++beat) look(slow), now += beat % 3 == 2 ? 5 : 3;
    EXPECT_TRUE(holders().empty());
}

// Time passes by what the worker under test waits for: a second for each script and each reading of
// messages, as over a network with round trips of one second.
class SlowNetwork : public ShortLives {
protected:
    double round_trips() {
        double n = 0;
        const auto info = rig.raw().call("INFO", "commandstats").text;
        for (const std::string_view name : {"cmdstat_evalsha:calls=", "cmdstat_hmget:calls="})
            if (const auto at = info.find(name); at != info.npos)
                n += std::stod(info.substr(at + name.size()));
        return n;
    }
    // The longest time that Redis did not see this worker while it does that.
    template <typename Work>
    double longest_silence(Work work) {
        double longest = 0;
        const double began = now - round_trips();
        auto with = redis_settings(rig.settings, "w@h", "slow");
        with.simulated_now = [&] {
            now = began + round_trips();
            const auto seen = rig.raw().call("ZSCORE", "taskworker.workers", "slow");
            if (!seen.nil()) longest = std::max(longest, 1'700'000'000 + now - seen.number());
            return from_unix(1'700'000'000 + now);
        };
        RedisLeases leases(with);
        leases.announce();
        work(leases);
        with.simulated_now();
        return longest;
    }
};

TEST_F(SlowNetwork, WhoReapsOneThatHeldMuchIsSeenMeanwhile) {
    push(100);
    {
        auto dead = born("w1");
        for (int i = 0; i < 10; ++i) dead.broker.fetch(10, SteadyPoint{});
    }
    now += 20;
    const auto held = rig.leased();
    ASSERT_GT(held, 64u);
    std::size_t back = 0;
    EXPECT_LT(
        longest_silence([&](RedisLeases& leases) { back = leases.reap("w1").handed_back; }), 6
    );
    EXPECT_GE(back, held);
}

TEST_F(SlowNetwork, WhoRestoresMuchIsSeenMeanwhile) {
    for (int i = 0; i < 40; ++i) {
        const auto tag = "python" + std::to_string(i);
        rig.raw().call("HSET", "unacked", tag, "[" + message(tag) + ", \"celery\", \"celery\"]");
        rig.raw().call("ZADD", "unacked_index", 1, tag);
    }
    rig.raw().call(
        "SADD",
        "_kombu.binding.celery",
        "celery\x06\x16\x06\x16"
        "celery"
    );
    EXPECT_LT(
        longest_silence([&](RedisLeases& leases) {
            EXPECT_EQ(leases.restore_expired(from_unix(1'700'000'000)), 40u);
        }),
        6
    );
}

TEST_F(ShortLives, WhoWasThoughtDeadWhileItLookedAfterOthersLearnsOfItAtItsNextBeat) {
    auto worker = born("w1");
    EXPECT_TRUE(worker.leases.beat().known);
    rig.raw().call("ZREM", "taskworker.workers", "w1");
    now += 20;
    worker.leases.restore_expired(from_unix(1'700'000'000));
    EXPECT_FALSE(worker.leases.beat().known);
    EXPECT_TRUE(worker.leases.beat().known);
}

}  // namespace
}  // namespace taskworker
