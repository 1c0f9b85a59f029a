#include <chrono>

#include "redis/leases_fixture.hpp"

// Liveness at the least price: what rest() promises beside beat().
namespace taskworker::testing {
namespace {

class RestTest : public RedisLeasesTest {
protected:
    // Slow enough that nobody dies of a busy machine, quick enough to wait for a death.
    static constexpr Lifetimes kLives{
        .beat = Seconds(0.1),
        .suspect = Seconds(0.3),
        .dead = Seconds(0.4),
        .forgotten = Seconds(5)};

    struct Worker {
        Worker(RedisRig& rig, const std::string& id, Lifetimes lives = kLives)
            : transport(rig.worker(id, lives)),
              broker(transport->broker()),
              leases(transport->leases()) {
            broker->subscribe({"celery"});
        }
        std::unique_ptr<RedisTransport> transport;
        std::unique_ptr<Broker> broker;
        std::unique_ptr<Leases> leases;
    };

    double seen(const std::string& id) {
        return rig.raw().call("ZSCORE", "taskworker.workers", id).number();
    }
    double redis_now() {
        const auto time = rig.raw().call("TIME");
        return time.items.at(0).number() + time.items.at(1).number() / 1e6;
    }
    double calls() {
        double sum = 0;
        const auto text = rig.raw().call("INFO", "commandstats").text;
        for (auto at = text.find(":calls="); at != text.npos; at = text.find(":calls=", at + 1)) {
            const auto line = text.rfind("cmdstat_", at);
            if (text.compare(line, 12, "cmdstat_info") != 0) sum += std::stod(text.substr(at + 7));
        }
        return sum;
    }
};

TEST_F(RestTest, SaysThatTheWorkerLivesAndNoMore) {
    Worker worker(rig, "w1", {});
    worker.leases->beat();
    const auto beaten = seen("w1");
    EXPECT_FALSE(worker.leases->rest().closer);
    EXPECT_GT(seen("w1"), beaten);
    EXPECT_LE(seen("w1"), redis_now() + 0.1);  // a pause of Redis must not look like life
}

TEST_F(RestTest, CostsOneCommandAndFourWithALookAtOthers) {
    Worker worker(rig, "w1", {});
    worker.leases->beat();
    worker.leases->rest();
    const auto before = calls();
    EXPECT_FALSE(worker.leases->rest().closer);
    EXPECT_EQ(calls() - before, 1);

    Worker first(rig, "w2", {});
    first.leases->beat();
    const auto again = calls();
    EXPECT_FALSE(first.leases->rest().closer);
    EXPECT_EQ(calls() - again, 5);  // the clock is asked for beforehand, once per connection
}

TEST_F(RestTest, AsksForABeatWhenNobodyKnowsTheWorker) {
    Worker worker(rig, "w1");
    EXPECT_TRUE(worker.leases->rest().closer);
    worker.leases->beat();
    EXPECT_FALSE(worker.leases->rest().closer);
    rig.raw().call("DEL", "taskworker.workers");
    EXPECT_TRUE(worker.leases->rest().closer);
    EXPECT_EQ(rig.raw().call("EXISTS", "taskworker.workers").integer, 0);  // beat() tells it
}

TEST_F(RestTest, AsksForABeatWhenMessagesWait) {
    Worker worker(rig, "w1");
    worker.leases->beat();
    rig.push(
        "celery\x06\x16"
        "6",
        message("1")
    );
    EXPECT_TRUE(worker.leases->rest().closer);
    EXPECT_EQ(worker.leases->beat().backlog, 1u);
}

TEST_F(RestTest, SeesThatAnotherMayBeDeadInTime) {
    Worker worker(rig, "w1"), other(rig, "w2");
    other.leases->beat();
    const auto died = std::chrono::steady_clock::now();
    worker.leases->beat();
    bool told = false;
    EXPECT_TRUE(eventually([&] {
        if (!worker.leases->rest().closer) return false;
        const auto dead = worker.leases->beat().dead;
        told = dead == std::vector<std::string>{"w2"};
        return told;
    }));
    const Seconds took = std::chrono::steady_clock::now() - died;
    EXPECT_GE(took, kLives.dead);
}

TEST_F(RestTest, OneThatRestsIsAliveForOthersAndDeadInTimeWhenItIsGone) {
    Worker worker(rig, "w1"), other(rig, "w2");
    worker.leases->beat();
    other.leases->beat();
    worker.leases->rest();
    const auto died = seen("w1");
    EXPECT_TRUE(eventually([&] {
        other.leases->beat();
        return seen("w1") < redis_now() - kLives.suspect.count();
    }));
    EXPECT_TRUE(eventually([&] {
        return other.leases->beat().dead == std::vector<std::string>{"w1"};
    }));
    EXPECT_GE(redis_now() - died, kLives.dead.count());
}

TEST_F(RestTest, BeginsAnewOnANewConnection) {
    Worker worker(rig, "w1");
    worker.leases->beat();
    worker.leases->rest();
    const auto connects = worker.leases->connects();
    rig.raw().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    EXPECT_TRUE(eventually([&] {
        try {
            return !worker.leases->rest().closer;
        } catch (const BrokerError&) {
            return false;
        }
    }));
    EXPECT_GT(worker.leases->connects(), connects);
}

}  // namespace
}  // namespace taskworker::testing
