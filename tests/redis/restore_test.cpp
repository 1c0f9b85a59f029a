#include "redis/leases_fixture.hpp"

namespace taskworker::testing {
namespace {

class RestoreTest : public RedisLeasesTest {
protected:
    // What a Python worker leaves behind: its dumps() has blanks.
    void python_lease(
        const std::string& tag,
        const std::string& exchange,
        const std::string& key,
        double age,
        int priority = 0
    ) {
        const auto entry =
            "[" + message(tag, "add", priority) + ", \"" + exchange + "\", \"" + key + "\"]";
        rig.raw().call("HSET", "unacked", tag, entry);
        rig.raw().call("ZADD", "unacked_index", std::to_string(unix_time(now()) - age), tag);
    }
    std::size_t restore() { return Holder(rig, "w1").leases->restore_expired(now()); }
};

TEST_F(RestoreTest, MessagesOfPythonWorkersComeBackAfterTheVisibilityTimeout) {
    python_lease("old", "", "celery", 3700);
    python_lease("young", "", "celery", 3500);
    EXPECT_EQ(restore(), 1u);
    ASSERT_EQ(rig.length("celery"), 1u);
    EXPECT_EQ(rig.leased(), 1u);
    Holder worker(rig, "w2");
    const auto got = worker.take(1);
    EXPECT_EQ(ids(got), Ids{"old"});
    EXPECT_TRUE(got.at(0).request.delivery_info.redelivered);
    EXPECT_FALSE(rig.raw().call("EXISTS", "unacked_mutex").integer);
}

TEST_F(RestoreTest, TheOldestRunsFirst) {
    python_lease("second", "", "celery", 4000);
    python_lease("first", "", "celery", 5000);
    python_lease("third", "", "celery", 3900);
    EXPECT_EQ(restore(), 3u);
    EXPECT_EQ(ids(Holder(rig, "w2").take(3)), (Ids{"first", "second", "third"}));
}

TEST_F(RestoreTest, GoesToTheListKombuWouldChoose) {
    const std::string sep = "\x06\x16";
    rig.raw().call("SADD", "_kombu.binding.ex", "k" + sep + sep + "direct");
    rig.raw().call("SADD", "_kombu.binding.top", "a.*" + sep + "^a\\.[^\\.]+$" + sep + "one");
    rig.raw().call("SADD", "_kombu.binding.top", "a.#" + sep + "^a\\..*?$" + sep + "two");
    python_lease("p", "", "celery", 4000, 5);
    python_lease("d", "ex", "k", 4000);
    python_lease("t", "top", "a.b", 4000, 9);
    EXPECT_EQ(restore(), 3u);
    EXPECT_EQ(rig.length("celery" + sep + "3"), 1u);
    EXPECT_EQ(rig.length("direct"), 1u);
    EXPECT_EQ(rig.length("one" + sep + "9"), 1u);
    EXPECT_EQ(rig.length("two" + sep + "9"), 1u);
}

TEST_F(RestoreTest, WhatKombuWouldDropOrDieOfBecomesADeadLetter) {
    python_lease("nowhere", "ex", "k", 4000);
    rig.raw().call("HSET", "unacked", "broken", "{not json");
    rig.raw().call("ZADD", "unacked_index", 1000, "broken");
    EXPECT_EQ(restore(), 0u);
    EXPECT_EQ(rig.leased(), 0u);
    auto letters = rig.worker("w9")->dead_letters()->list(0, 10);
    ASSERT_EQ(letters.size(), 2u);
    EXPECT_TRUE(letters[0].message == "{not json" || letters[1].message == "{not json");
}

TEST_F(RestoreTest, AnEntryForAKeyThatIsNoListHoldsNobodyUp) {
    rig.raw().call(
        "SADD",
        "_kombu.binding.ex",
        "k\x06\x16\x06\x16"
        "celery"
    );
    rig.raw().call(
        "SADD",
        "_kombu.binding.ex",
        "k\x06\x16\x06\x16"
        "unacked"
    );
    python_lease("old", "", "celery", 5000);
    python_lease("odd", "", "unacked", 4000);
    python_lease("both", "ex", "k", 3900);
    EXPECT_EQ(restore(), 1u);
    EXPECT_EQ(rig.length("celery"), 1u);
    EXPECT_EQ(rig.leased(), 0u);
    EXPECT_EQ(rig.worker("w9")->dead_letters()->list(0, 10).size(), 2u);
    EXPECT_FALSE(rig.raw().call("EXISTS", "unacked_mutex").integer);
}

TEST_F(RestoreTest, AnIndexWithoutAMessageIsRemoved) {
    rig.raw().call("ZADD", "unacked_index", 1000, "ghost");
    EXPECT_EQ(restore(), 0u);
    EXPECT_EQ(rig.raw().call("ZCARD", "unacked_index").integer, 0);
}

TEST_F(RestoreTest, OnlyOneRestoresAtATime) {
    python_lease("old", "", "celery", 4000);
    rig.raw().call("SET", "unacked_mutex", "somebody", "PX", 100'000);
    EXPECT_EQ(restore(), 0u);
    EXPECT_EQ(rig.raw().call("GET", "unacked_mutex").text, "somebody");
}

TEST_F(RestoreTest, OurOwnForgottenLeasesComeBackByteForByteButForTheMark) {
    push(
        1,
        "celery\x06\x16"
        "6"
    );
    const auto held = Holder(rig, "w1").take(1);
    rig.raw().call("ZADD", "unacked_index", 1000, held.at(0).tag);
    EXPECT_EQ(restore(), 1u);
    EXPECT_EQ(
        rig.list("celery\x06\x16"
                 "6"),
        Ids{mark_redelivered(message("0"))}
    );
}

}  // namespace
}  // namespace taskworker::testing
