#include <algorithm>
#include <map>

#include "ledger/open_ledger.hpp"
#include "message/python_json.hpp"
#include "redis/leases_fixture.hpp"
#include "taskworker/errors.hpp"

// Queues as a Python worker declares them, and in which order they are served.
namespace taskworker::testing {
namespace {

const std::string kSep = "\x06\x16";

class Queues : public ::testing::Test {
protected:
    Json json(const char* text) { return std::get<Json>(parse_json(text)); }
    Ids members(const std::string& key) {
        Ids all;
        for (auto& item : rig.raw().call("SMEMBERS", key).items) all.push_back(item.text);
        std::sort(all.begin(), all.end());
        return all;
    }
    void serve(std::vector<std::string> queues) {
        holder = std::make_unique<Holder>(rig, "w1", std::move(queues));
        holder->broker->fetch(1, soon(10));
    }
    RedisRig rig;
    std::unique_ptr<Holder> holder;
};

TEST_F(Queues, BindingsAreDeclaredAsKombuDoesIt) {
    rig.settings.task_queues = json(R"([{"name": "d", "exchange": "shop", "routing_key": "k"},
        {"name": "t", "exchange": "log", "exchange_type": "topic", "routing_key": "a.*.#",
         "bindings": [{"exchange": "shop", "routing_key": "more"}]}])");
    serve({"d", "t", "unknown"});
    EXPECT_EQ(
        members("_kombu.binding.shop"), (Ids{"k" + kSep + kSep + "d", "more" + kSep + kSep + "t"})
    );
    EXPECT_EQ(members("_kombu.binding_permanent.shop"), members("_kombu.binding.shop"));
    EXPECT_EQ(
        members("_kombu.binding.log"), Ids{"a.*.#" + kSep + R"(^a\..*?[^\.]\..*?$)" + kSep + "t"}
    );
    EXPECT_EQ(members("_kombu.binding.unknown"), Ids{"unknown" + kSep + kSep + "unknown"});
    EXPECT_TRUE(rig.raw().call("ZRANGE", "_kombu.binding_deadlines", 0, -1).items.empty());
}

TEST_F(Queues, AllNamesTakeSeparatorAndPrefix) {
    rig.settings.broker_transport_options = json(R"({"global_keyprefix": "kp:", "sep": "::"})");
    serve({"celery"});
    EXPECT_EQ(members("kp:_kombu.binding.celery"), Ids{"celery::::celery"});
}

TEST_F(Queues, AQueueThatExpiresHasADeadlineAndNoPermanentBinding) {
    rig.settings.task_queues = json(R"([{"name": "q", "exchange": "e", "expires": 0.3}])");
    rig.push("q", message("a"));
    rig.push("q" + kSep + "9", message("b"));
    serve({"q"});
    EXPECT_TRUE(members("_kombu.binding_permanent.e").empty());
    const auto deadline = rig.raw().call("ZSCORE", "_kombu.binding_deadlines", "e").number() / 1000;
    EXPECT_NEAR(deadline, unix_time(now()) + 3600, 5);
}

TEST_F(Queues, AQueueThatIsConsumedDoesNotExpire) {
    rig.settings.task_queues = json(R"([{"name": "q", "exchange": "e", "expires": 5}])");
    holder = std::make_unique<Holder>(rig, "w1", Ids{"q"});
    rig.push("q", message("a"));
    rig.push("q", message("b"));
    EXPECT_EQ(holder->take(1).size(), 1u);
    const auto life = [&] { return rig.raw().call("PTTL", "q").integer; };
    holder->broker->subscribe({"q"});  // declares anew
    holder->broker->fetch(0, soon(10));
    const auto first = life();
    EXPECT_GT(first, 0);
    EXPECT_LE(first, 5000);
    // Renewed after a third of its life, also when nothing is fetched.
    EXPECT_TRUE(eventually([&] {
        const auto before = life();
        holder->broker->fetch(0, soon(50));
        return life() > before;
    }));
}

// 9 messages of "much" for each of "little", whatever a claim takes at a time.
TEST_F(Queues, WeightsDivideWhatIsTaken) {
    rig.settings.broker_transport_options =
        json(R"({"queue_order_strategy": "weighted", "queue_weights": {"much": 9}})");
    for (int i = 0; i < 300; ++i) {
        rig.push("much", message("m" + std::to_string(i)));
        rig.push("little", message("l" + std::to_string(i)));
    }
    holder = std::make_unique<Holder>(rig, "w1", Ids{"little", "much"});
    std::size_t much = 0, all = 0;
    while (all < 200)
        for (const auto& delivery : holder->take(5)) {
            ++all;
            much += delivery.queue == "much";
        }
    EXPECT_NEAR(static_cast<double>(much) / static_cast<double>(all), 0.9, 0.05);
}

TEST_F(Queues, EveryPriorityStepIsServedInItsOrder) {
    rig.settings.broker_transport_options =
        json(R"({"priority_steps": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]})");
    const RedisKeys keys(parse_transport_options(rig.settings.broker_transport_options));
    for (int priority = 9; priority >= 0; --priority)
        rig.push(keys.list("celery", priority), message(std::to_string(priority), "add", priority));
    holder = std::make_unique<Holder>(rig, "w1");
    EXPECT_EQ(ids(holder->take(10)), (Ids{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

// The server of results is away; the broker is not.
class NoResults : public Queues {
protected:
    std::unique_ptr<Ledger> ledger_with(std::optional<int> retries) {
        rig.settings.result_backend = "redis+socket:///nowhere/redis.sock";
        rig.settings.result_backend_always_retry = true;
        rig.settings.result_backend_max_retries = retries;
        holder = std::make_unique<Holder>(rig, "w1");
        rig.push("celery", message("a"));
        const auto got = holder->take(1);
        end.tag = got.at(0).tag;
        end.store = ResultRecord{.id = "a", .status = "SUCCESS", .result = "1"};
        return open_ledger(rig.settings, "w@host", "w1");
    }
    std::string apply(Ledger& ledger) {
        try {
            return ledger.apply(std::vector<Entry>{end}).empty() ? "done" : "refused";
        } catch (const Error& error) {
            return error.what();
        }
    }
    Settlement end;
};

TEST_F(NoResults, AreKeptForEverUnlessALimitIsSet) {
    const auto ledger = ledger_with(std::nullopt);
    for (int i = 0; i < 5; ++i) EXPECT_NE(apply(*ledger), "done");
    EXPECT_EQ(rig.leased(), 1u);
}

TEST_F(NoResults, AreDroppedAfterTheLimitAndTheTaskIsAcknowledged) {
    const auto ledger = ledger_with(3);
    for (int i = 0; i < 3; ++i) EXPECT_NE(apply(*ledger), "done") << i;
    EXPECT_EQ(rig.leased(), 1u);
    EXPECT_EQ(apply(*ledger), "done");
    EXPECT_EQ(rig.leased(), 0u);
}

}  // namespace
}  // namespace taskworker::testing
