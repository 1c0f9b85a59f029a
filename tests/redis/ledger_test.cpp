#include <gtest/gtest.h>

#include "ledger/open_ledger.hpp"
#include "message/python_json.hpp"
#include "support/redis_rig.hpp"

namespace taskworker {
namespace {

using namespace testing;

// Where results lie: beside the broker, in another db of it, or in another server.
enum class Place { SameDb, OtherDb, OtherServer };

struct LedgerTest : ::testing::TestWithParam<Place> {
    LedgerTest() {
        if (GetParam() == Place::OtherServer) other = std::make_unique<RedisServer>();
        rig.settings.result_backend = GetParam() == Place::SameDb    ? rig.server().unix_url(0)
                                      : GetParam() == Place::OtherDb ? rig.server().unix_url(5)
                                                                     : other->tcp_url(2);
        rig.settings.broker_url = rig.server().unix_url(0);
        results = std::make_unique<redis::Connection>(redis::ConnectionOptions{
            .url = parse_redis_url(rig.settings.result_backend)});
        ledger = open_ledger(rig.settings, "w@h", "w1");
    }

    std::string lease(const std::string& number) {
        const std::string tag = "tw:w1@:" + number + ":celery";
        rig.raw().call("HSET", "unacked", tag, "[{},\"\",\"celery\"]");
        rig.raw().call("ZADD", "unacked_index", "1700000000", tag);
        return tag;
    }
    Settlement success(const std::string& tag, const std::string& id) {
        Settlement end;
        end.tag = tag;
        end.task_id = id;
        end.list = "celery";
        end.store = ResultRecord{.id = id, .status = "SUCCESS", .result = "3"};
        return end;
    }
    std::string stored(const std::string& id) {
        return results->call("GET", "celery-task-meta-" + id).text;
    }
    bool leased(const std::string& tag) {
        return rig.raw().call("HEXISTS", "unacked", tag).integer == 1 &&
               !rig.raw().call("ZSCORE", "unacked_index", tag).nil();
    }
    bool marked(const std::string& tag) {
        return rig.raw().call("HEXISTS", "taskworker.started.w1", tag).integer == 1;
    }
    std::vector<Refusal> apply(std::vector<Entry> batch) { return ledger->apply(batch); }

    std::unique_ptr<RedisServer> other;
    RedisRig rig;
    std::unique_ptr<redis::Connection> results;
    std::unique_ptr<Ledger> ledger;
};

INSTANTIATE_TEST_SUITE_P(
    Places,
    LedgerTest,
    ::testing::Values(Place::SameDb, Place::OtherDb, Place::OtherServer),
    [](const auto& each) {
        return each.param == Place::SameDb    ? "SameDb"
               : each.param == Place::OtherDb ? "OtherDb"
                                              : "OtherServer";
    }
);

TEST_P(LedgerTest, AnEndStoresItsResultWithTheTtlAndGivesTheLeaseUp) {
    const auto tag = lease("1");
    EXPECT_TRUE(apply({success(tag, "a")}).empty());
    EXPECT_EQ(stored("a"), encode_result({.id = "a", .status = "SUCCESS", .result = "3"}));
    EXPECT_EQ(results->call("TTL", "celery-task-meta-a").integer, 86400);
    EXPECT_FALSE(leased(tag));
}

TEST_P(LedgerTest, WhoeverListensToTheKeyHearsTheDocument) {
    redis::Connection listener({.url = parse_redis_url(rig.settings.result_backend)});
    listener.connect();
    listener.out().command("SUBSCRIBE", "celery-task-meta-a");
    listener.flush();
    listener.read();
    apply({success(lease("1"), "a")});
    EXPECT_EQ(listener.read().items.at(2).text, stored("a"));
}

TEST_P(LedgerTest, AnEndWhoseLeaseIsGoneHasNoEffectAndHarmsNoNeighbour) {
    auto lost = success("tw:w1@:9:celery", "lost");
    lost.publish.push_back({.queue = "celery", .envelope = "{}"});
    const auto refusals = apply({success(lease("1"), "a"), lost, success(lease("2"), "b")});
    ASSERT_EQ(refusals.size(), 1u);
    EXPECT_EQ(refusals[0].index, 1u);
    EXPECT_TRUE(refusals[0].lost);
    EXPECT_EQ(stored("lost"), "");
    EXPECT_EQ(rig.length("celery"), 0u);
    EXPECT_NE(stored("a"), "");
    EXPECT_NE(stored("b"), "");
}

TEST_P(LedgerTest, AStoredSuccessIsNeverOverwritten) {
    apply({success(lease("1"), "a")});
    auto failure = success(lease("2"), "a");
    failure.store->status = "FAILURE";
    EXPECT_TRUE(apply({failure}).empty());
    EXPECT_EQ(decode_result(stored("a"))->status, "SUCCESS");
}

TEST_P(LedgerTest, AnyOtherStateIsOverwritten) {
    auto failure = success(lease("1"), "a");
    failure.store->status = "FAILURE";
    apply({failure});
    apply({success(lease("2"), "a")});
    EXPECT_EQ(decode_result(stored("a"))->status, "SUCCESS");
}

TEST_P(LedgerTest, AStartLeavesUnackedAndItsMarkFencesTheEnd) {
    const auto tag = lease("1");
    EXPECT_TRUE(apply({Start{.tag = tag, .note = "{\"id\": \"a\"}"}}).empty());
    EXPECT_FALSE(leased(tag));
    EXPECT_TRUE(marked(tag));
    EXPECT_TRUE(apply({Progress{.tag = tag, .record = {.id = "a", .status = "STARTED"}}}).empty());
    EXPECT_EQ(decode_result(stored("a"))->status, "STARTED");
    EXPECT_TRUE(apply({success(tag, "a")}).empty());
    EXPECT_FALSE(marked(tag));
    EXPECT_EQ(decode_result(stored("a"))->status, "SUCCESS");
    EXPECT_EQ(apply({success(tag, "a")}).size(), 1u) << "a second end is lost";
}

TEST_P(LedgerTest, AStartSentAgainStaysMarked) {
    const auto tag = lease("1");
    apply({Start{.tag = tag, .note = "{}"}});
    EXPECT_TRUE(apply({Start{.tag = tag, .note = "{}"}}).empty());
    EXPECT_TRUE(marked(tag));
}

TEST_P(LedgerTest, AStartInOneBatchWithProgressIsInOrder) {
    const auto tag = lease("1");
    EXPECT_TRUE(apply({Start{.tag = tag, .note = "{}"},
                       Progress{.tag = tag, .record = {.id = "a", .status = "PROGRESS"}}}
    ).empty());
    EXPECT_TRUE(marked(tag));
    EXPECT_EQ(decode_result(stored("a"))->status, "PROGRESS");
}

TEST_P(LedgerTest, AnotherMayEndWhatADeadWorkerHadStarted) {
    const auto tag = lease("1");
    apply({Start{.tag = tag, .note = "{}"}});
    auto heir = open_ledger(rig.settings, "w2@h", "w2");
    const std::vector<Entry> end{success(tag, "a")};
    EXPECT_EQ(heir->apply(end).size(), 1u) << "not by its own marks";
    EXPECT_TRUE(heir->apply_for("w1", end).empty());
    EXPECT_FALSE(marked(tag));
}

TEST_P(LedgerTest, FollowUpsGoToTheListOfTheirPriority) {
    auto end = success(lease("1"), "a");
    end.publish = {
        {.queue = "q", .priority = 0, .envelope = "{1}"},
        {.queue = "q", .priority = 7, .envelope = "{2}"}};
    apply({end});
    EXPECT_EQ(rig.list("q"), std::vector<std::string>{"{1}"});
    EXPECT_EQ(
        rig.list("q\x06\x16"
                 "6"),
        std::vector<std::string>{"{2}"}
    );
}

TEST_P(LedgerTest, RequeueGoesToTheBackAndHandBackToTheFront) {
    rig.push("celery", "waiting");
    Settlement back{
        .tag = lease("1"),
        .list = "celery",
        .disposition = Disposition::Requeue,
        .message = "requeued"};
    Settlement front{
        .tag = lease("2"),
        .list = "celery",
        .disposition = Disposition::HandBack,
        .message = "handed"};
    EXPECT_TRUE(apply({back, front}).empty());
    EXPECT_EQ(rig.list("celery"), (std::vector<std::string>{"requeued", "waiting", "handed"}));
    EXPECT_EQ(rig.leased(), 0u);
}

TEST_P(LedgerTest, ADeadLetterKeepsItsBytesAndItsReason) {
    Settlement end{
        .tag = lease("1"),
        .task_id = "a",
        .list = "celery",
        .disposition = Disposition::DeadLetter};
    end.message = std::string("\x00\xff not json", 11);
    end.dead_letter_reason = "nobody knows 'x'";
    apply({end});
    const auto letters = rig.worker("w3")->dead_letters()->list(0, 10);
    ASSERT_EQ(letters.size(), 1u);
    EXPECT_EQ(letters[0].message, end.message);
    EXPECT_EQ(letters[0].reason, end.dead_letter_reason);
    EXPECT_EQ(letters[0].queue, "celery");
    EXPECT_EQ(letters[0].task_id, "a");
    EXPECT_EQ(letters[0].worker, "w@h");
}

TEST_P(LedgerTest, WhatRedisRefusesKeepsItsLeaseAndHarmsNoNeighbour) {
    results->call("LPUSH", "celery-task-meta-bad", "a list is no result");
    const auto bad = lease("1");
    const auto refusals = apply({success(bad, "bad"), success(lease("2"), "good")});
    ASSERT_EQ(refusals.size(), 1u);
    EXPECT_EQ(refusals[0].index, 0u);
    EXPECT_FALSE(refusals[0].lost);
    EXPECT_NE(refusals[0].why.find("WRONGTYPE"), std::string::npos);
    EXPECT_TRUE(leased(bad));
    EXPECT_EQ(decode_result(stored("good"))->status, "SUCCESS");
    EXPECT_EQ(rig.leased(), 1u);
}

TEST_P(LedgerTest, OfFollowUpsAllGoOutOrNone) {
    rig.raw().call("SET", "odd", "no list");
    auto end = success(lease("1"), "a");
    end.publish = {{.queue = "celery", .envelope = "{1}"}, {.queue = "odd", .envelope = "{2}"}};
    for (int time = 0; time < 3; ++time) {
        const auto refusals = apply({end});
        ASSERT_EQ(refusals.size(), 1u);
        EXPECT_FALSE(refusals[0].lost);
    }
    EXPECT_EQ(rig.length("celery"), 0u);
    EXPECT_TRUE(leased(end.tag));
}

TEST_P(LedgerTest, AResultThatIsRefusedTakesItsFollowUpsBack) {
    if (other) GTEST_SKIP() << "two servers: steps, and a repetition";
    results->call("LPUSH", "celery-task-meta-bad", "a list is no result");
    auto end = success(lease("1"), "bad");
    end.publish = {{.queue = "celery", .envelope = "{1}"}};
    for (int time = 0; time < 3; ++time) EXPECT_EQ(apply({end}).size(), 1u);
    EXPECT_EQ(rig.length("celery"), 0u);
}

TEST_P(LedgerTest, WhatARunningTaskSentIsDoneOnceHoweverOftenItIsTold) {
    Sending sending{.tag = lease("1"), .once = "x"};
    sending.publish = {{.queue = "celery", .envelope = "{1}"}};
    Sending without_lease{.tag = "", .once = "y"};
    without_lease.publish = {{.queue = "celery", .envelope = "{2}"}};
    for (int time = 0; time < 3; ++time) EXPECT_TRUE(apply({sending, without_lease}).empty());
    EXPECT_EQ(rig.length("celery"), 2u);
    EXPECT_GT(rig.raw().call("TTL", "taskworker.sent:x").integer, 0);
}

TEST_P(LedgerTest, WhatARunningTaskSentAndRedisRefusedMayBeToldAgain) {
    rig.raw().call("SET", "odd", "no list");
    Sending sending{.tag = lease("1"), .once = "x"};
    sending.publish = {{.queue = "celery", .envelope = "{1}"}, {.queue = "odd", .envelope = "{2}"}};
    EXPECT_EQ(apply({sending}).size(), 1u);
    EXPECT_EQ(rig.length("celery"), 0u);
    rig.raw().call("DEL", "odd");
    EXPECT_TRUE(apply({sending}).empty());
    EXPECT_EQ(rig.length("celery") + rig.length("odd"), 2u);
}

TEST_P(LedgerTest, ScriptsThatTheServerHasForgottenAreLoadedAgain) {
    apply({success(lease("1"), "a")});
    rig.raw().call("SCRIPT", "FLUSH");
    if (other) results->call("SCRIPT", "FLUSH");
    EXPECT_TRUE(apply({success(lease("2"), "b")}).empty());
    EXPECT_NE(stored("b"), "");
}

TEST_P(LedgerTest, ALostConnectionIsAnErrorAndTheNextBatchGoesThrough) {
    apply({success(lease("1"), "a")});
    rig.raw().call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    EXPECT_THROW(apply({success(lease("2"), "b")}), Error);
    EXPECT_LE(apply({success("tw:w1@:2:celery", "b")}).size(), 1u);
    EXPECT_NE(stored("b"), "");
}

TEST_P(LedgerTest, ATooFullServerStillLetsWorkEnd) {
    if (other) GTEST_SKIP() << "the result server would have to be full, too";
    const auto tag = lease("1");
    rig.raw().call("CONFIG", "SET", "maxmemory", "1");
    const auto refusals = apply({success(tag, "a")});
    rig.raw().call("CONFIG", "SET", "maxmemory", "0");
    EXPECT_TRUE(refusals.empty());
    EXPECT_NE(stored("a"), "");
}

TEST(LedgerWithoutResults, EndsAreAckedAndNothingIsStored) {
    RedisRig rig;
    rig.settings.broker_url = rig.server().unix_url(0);
    rig.settings.result_backend = "";
    auto ledger = open_ledger(rig.settings, "w@h", "w1");
    rig.raw().call("HSET", "unacked", "t", "[]");
    rig.raw().call("ZADD", "unacked_index", "1", "t");
    Settlement end{.tag = "t", .task_id = "a"};
    end.store = ResultRecord{.id = "a", .status = "SUCCESS", .result = "3"};
    EXPECT_TRUE(ledger->apply(std::vector<Entry>{end}).empty());
    EXPECT_TRUE(rig.keys().empty());
}

// As kombu writes it: PyYAML sorts the fields, msgpack keeps Celery's order.
TEST_P(LedgerTest, KeepsAStoredSuccessInEverySerializer) {
    const std::string map = "\x87";  // seven fields
    const std::pair<const char*, std::string> documents[] = {
        {"json", R"({"status": "SUCCESS", "result": 7, "task_id": "a"})"},
        {"yaml", "children: []\ndate_done: null\nresult: 7\nstatus: SUCCESS\ntask_id: a\n"},
        {"yaml", "status: SUCCESS\nresult: 7\n"},
        {"msgpack", map + "\xa6status\xa7SUCCESS\xa6result\x07"},
        {"msgpack", std::string("\xde\x00\x10", 3) + "\xa6status\xa7SUCCESS\xa6result\x07"}};
    int number = 0;
    for (const auto& [serializer, document] : documents) {
        rig.settings.result_serializer = serializer;
        ledger = open_ledger(rig.settings, "w@h", "w1");
        const auto id = "kept" + std::to_string(number);
        results->call("SET", "celery-task-meta-" + id, document);
        EXPECT_TRUE(apply({success(lease(std::to_string(++number)), id)}).empty());
        EXPECT_EQ(stored(id), document) << serializer;
    }
    EXPECT_EQ(rig.raw().call("HLEN", "unacked").integer, 0);
}

// A result may hold any text: what looks like a SUCCESS within it is none.
TEST_P(LedgerTest, OverwritesWhatOnlyLooksLikeASuccess) {
    const std::pair<const char*, std::string> documents[] = {
        {"yaml", "result: '\n\n  status: SUCCESS\n\n  '\nstatus: STARTED\n"},
        {"yaml", "result:\n  status: SUCCESS\nstatus: STARTED\n"},
        {"msgpack", "\x87\xa6status\xa7STARTED\xa6result\xa7SUCCESS"}};
    int number = 0;
    for (const auto& [serializer, document] : documents) {
        rig.settings.result_serializer = serializer;
        ledger = open_ledger(rig.settings, "w@h", "w1");
        const auto id = "other" + std::to_string(number);
        results->call("SET", "celery-task-meta-" + id, document);
        EXPECT_TRUE(apply({success(lease(std::to_string(++number)), id)}).empty());
        const auto serializer_of_it = *serializer_named(serializer);
        EXPECT_EQ(decode_result(stored(id), serializer_of_it)->status, "SUCCESS") << serializer;
    }
}

}  // namespace
}  // namespace taskworker
