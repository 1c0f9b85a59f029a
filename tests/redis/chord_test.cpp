#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "canvas/signature_json.hpp"
#include "ledger/chord_ledger.hpp"
#include "ledger/open_ledger.hpp"
#include "message/python_json.hpp"
#include "support/redis_rig.hpp"

namespace taskworker {
namespace {

using namespace testing;

enum class Results { SameDb, OtherDb, OtherServer };

// Parts as a settler counts them, and what becomes of a complete chord; in a sorted set or a list.
struct ChordTest : ::testing::TestWithParam<std::tuple<Results, bool>> {
    ChordTest() {
        const auto place = std::get<0>(GetParam());
        if (place == Results::OtherServer) apart = std::make_unique<RedisServer>();
        auto& settings = rig.settings;
        settings.broker_url = rig.server().unix_url(0);
        settings.result_backend = place == Results::SameDb    ? rig.server().unix_url(0)
                                  : place == Results::OtherDb ? rig.server().unix_url(6)
                                                              : apart->tcp_url(2);
        settings.result_backend_transport_options["result_chord_ordered"] = ordered();
        results = std::make_unique<redis::Connection>(redis::ConnectionOptions{
            .url = parse_redis_url(settings.result_backend)});
        results->call("FLUSHDB");
        ledger = open_ledger(settings, "w@h", "w1");
        mine = open_chord_ledger(settings, "w1");
        theirs = open_chord_ledger(settings, "w2");
    }

    static bool ordered() { return std::get<1>(GetParam()); }

    std::string lease() {
        const auto tag = "tw:w1@:" + std::to_string(++leases) + ":celery";
        rig.raw().call("HSET", "unacked", tag, "[{},\"\",\"celery\"]");
        rig.raw().call("ZADD", "unacked_index", "1700000000", tag);
        return tag;
    }

    void size(const std::string& group, int parts) {
        results->call("SET", "celery-taskset-meta-" + group + ".s", parts);
    }

    static ChordPart part(const std::string& group, int index, std::string state = "SUCCESS") {
        const auto id = group + std::to_string(index);
        auto body = canvas::make_task("body");
        body["options"]["task_id"] = "end-of-" + group;
        return {
            group,
            index,
            id,
            std::move(state),
            std::to_string(index),
            chord_note(body, {id, "root", 0})};
    }

    // The chords that are complete by it.
    std::vector<std::string> count(const ChordPart& counted) {
        Settlement end;
        end.tag = lease();
        end.task_id = counted.task_id;
        end.list = "celery";
        end.chords.push_back(counted);
        const Entry entries[] = {end};
        EXPECT_TRUE(ledger->apply(entries).empty());
        return ledger->complete_chords();
    }

    void complete(const std::string& group, int parts) {
        size(group, parts);
        for (int i = 0; i < parts; ++i)
            EXPECT_EQ(count(part(group, i)).size(), i + 1 == parts ? 1u : 0u);
    }

    ChordEnd end_of(const TakenChord& chord) {
        Luck luck(1);
        const Moment moment{std::chrono::system_clock::now(), luck, "w@h", rig.settings};
        auto decided = finish_chord(chord, false, moment);
        return std::get<ChordEnd>(std::move(decided));
    }

    bool finish(ChordLedger& by, const TakenChord& chord) {
        std::vector<std::string> more;
        return by.finish(chord.group_id, end_of(chord), more);
    }

    std::vector<std::string> traces() {
        std::vector<std::string> left;
        for (const auto* pattern : {"celery-taskset-meta-*", "taskworker.chords*"})
            for (const auto& key : results->call("KEYS", pattern).items) left.push_back(key.text);
        return left;
    }

    RedisRig rig;
    std::unique_ptr<RedisServer> apart;
    std::unique_ptr<redis::Connection> results;
    std::unique_ptr<Ledger> ledger;
    std::unique_ptr<ChordLedger> mine, theirs;
    int leases = 0;
};

INSTANTIATE_TEST_SUITE_P(
    Places,
    ChordTest,
    ::testing::Combine(
        ::testing::Values(Results::SameDb, Results::OtherDb, Results::OtherServer),
        ::testing::Bool()
    ),
    [](const auto& each) {
        const auto place = std::get<0>(each.param);
        const std::string name = place == Results::SameDb    ? "SameDb"
                                 : place == Results::OtherDb ? "OtherDb"
                                                             : "OtherServer";
        return name + (std::get<1>(each.param) ? "Ordered" : "AsTheyCome");
    }
);

TEST_P(ChordTest, PartsThatAreToldSeveralTimesInAnyOrderCountOnce) {
    constexpr int kParts = 12;
    std::mt19937 dice(3);
    std::vector<int> told;
    for (int i = 0; i < kParts; ++i) told.insert(told.end(), 1 + dice() % 3, i);
    std::shuffle(told.begin(), told.end(), dice);
    size("g", kParts);
    std::vector<std::string> complete;
    std::vector<bool> seen(kParts);
    for (const int index : told) {
        seen[static_cast<std::size_t>(index)] = true;
        const bool all = std::all_of(seen.begin(), seen.end(), [](bool one) { return one; });
        const auto now = count(part("g", index));
        EXPECT_TRUE(now.empty() || (all && complete.empty()));
        complete.insert(complete.end(), now.begin(), now.end());
    }
    EXPECT_EQ(complete, std::vector<std::string>{"g"});
    const auto chord = mine->take("g");
    ASSERT_TRUE(chord);
    EXPECT_EQ(chord->parts.size(), static_cast<std::size_t>(kParts));
    auto values = end_of(*chord).dispatch.messages.at(0).args[0].get<std::vector<int>>();
    if (!ordered()) std::sort(values.begin(), values.end());
    for (int i = 0; i < kParts; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
}

TEST_P(ChordTest, ASuccessReplacesAFailureAndNeverTheOtherWayRound) {
    if (!ordered()) GTEST_SKIP() << "a list keeps what was told first";
    size("g", 2);
    count(part("g", 0, "FAILURE"));
    count(part("g", 0));
    count(part("g", 0, "FAILURE"));
    EXPECT_EQ(count(part("g", 1)).size(), 1u);
    EXPECT_EQ(end_of(*mine->take("g")).error, "");
}

TEST_P(ChordTest, FinishingSendsTheBodyOnceAndLeavesNoTrace) {
    complete("g", 2);
    const auto chord = mine->take("g");
    ASSERT_TRUE(chord);
    EXPECT_TRUE(finish(*mine, *chord));
    EXPECT_FALSE(finish(*mine, *chord));
    EXPECT_FALSE(mine->take("g"));
    EXPECT_EQ(rig.length("celery"), 1u);
    EXPECT_EQ(traces(), std::vector<std::string>{});
}

TEST_P(ChordTest, OfABodyAllGoesOutOrNothing) {
    complete("g", 1);
    const auto chord = mine->take("g");
    rig.raw().call("SET", "odd", "no list");
    auto end = end_of(*chord);
    end.publish.push_back({.queue = "odd", .envelope = "{}"});
    std::vector<std::string> more;
    for (int time = 0; time < 3; ++time) EXPECT_THROW(mine->finish("g", end, more), Error);
    EXPECT_EQ(rig.length("celery"), 0u);
    rig.raw().call("DEL", "odd");
    EXPECT_TRUE(mine->finish("g", end, more));
    EXPECT_EQ(rig.length("celery"), 1u);
    EXPECT_EQ(traces(), std::vector<std::string>{});
}

TEST_P(ChordTest, WhatOneHasTakenNobodyElseTakes) {
    complete("g", 1);
    EXPECT_TRUE(mine->take("g"));
    EXPECT_FALSE(theirs->take("g"));
    EXPECT_TRUE(theirs->overdue().empty());
}

TEST_P(ChordTest, TheChordOfADeadWorkerGoesToAnotherAndOnlyOneFinishesIt) {
    complete("g", 2);
    const auto chord = mine->take("g");
    results->call("ZADD", "taskworker.chords", 1, "g");  // its time is over
    EXPECT_EQ(theirs->overdue(), std::vector<std::string>{"g"});
    const auto again = theirs->take("g");
    ASSERT_TRUE(chord && again);
    EXPECT_FALSE(finish(*mine, *chord));
    EXPECT_TRUE(finish(*theirs, *again));
    EXPECT_EQ(rig.length("celery"), 1u);
    EXPECT_EQ(traces(), std::vector<std::string>{});
}

TEST_P(ChordTest, WhatIsGivenBackWaitsForTheMissingPart) {
    complete("g", 2);
    ASSERT_TRUE(mine->take("g"));
    results->call("HSET", "taskworker.chords.sizes", "g", 3);
    mine->give_back("g");
    EXPECT_FALSE(mine->take("g"));
    EXPECT_EQ(count(part("g", 2)), std::vector<std::string>{"g"});
    EXPECT_EQ(mine->take("g")->parts.size(), 3u);
}

TEST_P(ChordTest, AChordThatGrowsWaitsForWhatWasAdded) {
    size("g", 1);
    Sending sending;
    sending.tag = lease();
    sending.once = "x";
    sending.groups.push_back({.kind = GroupWrite::Kind::Grown, .group_id = "g"});
    const Entry entries[] = {sending};
    EXPECT_TRUE(ledger->apply(entries).empty());
    if (!apart) {  // the answer got lost
        EXPECT_TRUE(ledger->apply(entries).empty());
    }
    EXPECT_TRUE(count(part("g", 0)).empty());
    EXPECT_EQ(count(part("g", 1)), std::vector<std::string>{"g"});
}

TEST_P(ChordTest, APartAfterTheEndCompletesNothingAndIsForgottenInTime) {
    complete("g", 2);
    ASSERT_TRUE(finish(*mine, *mine->take("g")));
    EXPECT_TRUE(count(part("g", 0)).empty());
    EXPECT_TRUE(count(part("g", 1)).empty());
    EXPECT_EQ(rig.length("celery"), 1u);
    for (const auto& key : traces()) EXPECT_GT(results->call("TTL", key).integer, 0) << key;
}

TEST_P(ChordTest, TheEndOfOneMayCompleteAnother) {
    size("outer", 1);
    complete("g", 1);
    const auto chord = mine->take("g");
    ASSERT_TRUE(chord);
    ChordEnd end;
    end.parts.push_back(part("outer", 0, "FAILURE"));
    std::vector<std::string> more;
    EXPECT_TRUE(mine->finish("g", end, more));
    EXPECT_EQ(more, std::vector<std::string>{"outer"});
    EXPECT_TRUE(mine->take("outer"));
}

TEST_P(ChordTest, ResultsOfASavedTreeAreLookedUp) {
    complete("g", 1);
    results->call("SET", "celery-task-meta-x", R"({"status": "SUCCESS", "result": 7})");
    auto chord = mine->take("g");
    ASSERT_TRUE(chord);
    mine->look_up(*chord, {"x", "nobody"});
    EXPECT_EQ(chord->documents.size(), 1u);
    EXPECT_EQ(chord->documents.at("x"), R"({"status": "SUCCESS", "result": 7})");
}

}  // namespace
}  // namespace taskworker
