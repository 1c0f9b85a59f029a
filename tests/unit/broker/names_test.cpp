#include <gtest/gtest.h>

#include "broker/presence.hpp"
#include "broker/redis_keys.hpp"
#include "broker/served_lists.hpp"
#include "broker/tags.hpp"
#include "broker/transport_options.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

const std::string kSep = "\x06\x16";
using Names = std::vector<std::string>;

RedisKeys keys(TransportOptions options = {}) { return RedisKeys(options); }

TEST(RedisKeys, APriorityGoesToTheLargestStepNotAboveIt) {
    const auto names = keys();
    const Names expected = {
        "q",
        "q",
        "q",
        "q" + kSep + "3",
        "q" + kSep + "3",
        "q" + kSep + "3",
        "q" + kSep + "6",
        "q" + kSep + "6",
        "q" + kSep + "6",
        "q" + kSep + "9"};
    for (int priority = 0; priority < 10; ++priority)
        EXPECT_EQ(names.list("q", priority), expected[static_cast<std::size_t>(priority)]);
    EXPECT_EQ(names.list("q", -5), "q");
    EXPECT_EQ(names.list("q", 200), "q" + kSep + "9");
}

TEST(RedisKeys, BelowTheFirstStepTheLastIsTakenAsInPython) {
    TransportOptions options;
    options.priority_steps = {3, 6};
    EXPECT_EQ(keys(options).list("q", 1), "q" + kSep + "6");
}

TEST(RedisKeys, OnlyKnownStepsAreCutFromAList) {
    EXPECT_EQ(keys().queue_of("q" + kSep + "3"), "q");
    EXPECT_EQ(keys().queue_of("q" + kSep + "4"), "q" + kSep + "4");
    EXPECT_EQ(keys().queue_of("q"), "q");
}

TEST(RedisKeys, ThePrefixStandsBeforeEveryKey) {
    TransportOptions options;
    options.global_keyprefix = "kp:";
    const auto names = keys(options);
    for (const auto& name :
         {names.unacked,
          names.unacked_index,
          names.unacked_mutex,
          names.workers,
          names.inboxes,
          names.suspects,
          names.parked,
          names.dead_letters,
          names.binding("x"),
          names.permanent_binding("x"),
          names.claim_inbox("w", "q"),
          names.wait_inbox("w", "q"),
          names.started("w"),
          names.deaths("t"),
          names.probe("p"),
          names.key("q")})
        EXPECT_TRUE(name.starts_with("kp:")) << name;
    EXPECT_EQ(names.list("q", 0), "q");
}

TEST(Tags, CarryWorkerNumberAndList) {
    TagSource source("w-1");
    const auto tag = source.tag(source.take(3), "a:b" + kSep + "3");
    EXPECT_GT(tag.size() - 7, 64u);
    const auto parts = parse_tag(tag);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->worker, "w-1");
    EXPECT_EQ(parts->number, 100'000'000'000u);
    EXPECT_EQ(parts->list, "a:b" + kSep + "3");
    EXPECT_EQ(source.take(1), 100'000'000'003u);
    EXPECT_TRUE(tag.starts_with(tag_start("w-1")));
}

TEST(Tags, LongWorkerIdsNeedNoPadding) {
    const std::string id(80, 'x');
    TagSource source(id);
    EXPECT_EQ(parse_tag(source.tag(source.take(1), "q"))->worker, id);
}

TEST(Tags, ForeignTagsAreNotOurs) {
    for (const auto* tag :
         {"",
          "tw:",
          "tw:a@:1:q",
          "tw:a:100000000000:q",
          "3f0c7e0a-0000-4000-8000-000000000000",
          "tw:a@..:10000000000x:q"})
        EXPECT_FALSE(parse_tag(tag)) << tag;
}

TEST(TransportOptions, HaveKombusDefaultsAndNames) {
    const auto defaults = parse_transport_options(Json::object());
    EXPECT_EQ(defaults.sep, kSep);
    EXPECT_EQ(defaults.visibility_timeout.count(), 3600);
    const auto options = parse_transport_options(
        {{"global_keyprefix", "p"},
         {"visibility_timeout", 1.5},
         {"priority_steps", {9, 0, 5, 5}},
         {"sep", ":"},
         {"queue_order_strategy", "sorted"},
         {"unacked_restore_limit", 7},
         {"fanout_prefix", true},
         {"client_name", nullptr}}
    );
    EXPECT_EQ(options.global_keyprefix, "p");
    EXPECT_EQ(options.visibility_timeout.count(), 1.5);
    EXPECT_EQ(options.priority_steps, (std::vector{0, 5, 9}));
    EXPECT_EQ(options.queue_order, TransportOptions::QueueOrder::Sorted);
    EXPECT_EQ(options.unacked_restore_limit, 7u);
}

TEST(TransportOptions, WrongTypesAreRefusedByName) {
    const std::vector<Json> wrong = {
        {{"visibility_timeout", "1h"}},
        {{"visibility_timeout", 0}},
        {{"priority_steps", "0369"}},
        {{"priority_steps", Json::array()}},
        {{"priority_steps", {0, 1.5}}},
        {{"sep", ""}},
        {{"global_keyprefix", 1}},
        {{"queue_order_strategy", "best"}},
        {{"unacked_restore_limit", -1}}};
    for (const auto& options : wrong) {
        try {
            parse_transport_options(options);
            ADD_FAILURE() << options.dump();
        } catch (const ConfigError& error) {
            EXPECT_NE(std::string(error.what()).find(options.begin().key()), std::string::npos)
                << error.what();
        }
    }
    EXPECT_THROW(parse_transport_options(Json::array()), ConfigError);
}

TEST(Presence, RemembersListsThatAreServedNoMore) {
    Presence presence("w", "n", 4);
    presence.serve({"a", "b"});
    presence.serve({"b", "c"});
    EXPECT_EQ(presence.served(), (Names{"b", "c"}));
    EXPECT_EQ(presence.record(), "1 4\na\nb\nc");
}

class ServedListsTest : public ::testing::Test {
protected:
    RedisKeys names = [] {
        TransportOptions options;
        options.priority_steps = {0, 3};
        return RedisKeys(options);
    }();
    static Names order(const ServedLists& lists) { return lists.names(); }
};

TEST_F(ServedListsTest, StepsComeFirstAndQueuesTakeTurns) {
    ServedLists lists(names, TransportOptions::QueueOrder::RoundRobin, "w");
    lists.serve({"a", "b"});
    EXPECT_EQ(order(lists), (Names{"a", "b", "a" + kSep + "3", "b" + kSep + "3"}));
    lists.delivered(lists.in_order()[0]);
    EXPECT_EQ(order(lists), (Names{"b", "a", "b" + kSep + "3", "a" + kSep + "3"}));
    EXPECT_EQ(lists.per_step(), 2u);
}

TEST_F(ServedListsTest, OtherStrategiesAreStrict) {
    ServedLists sorted(names, TransportOptions::QueueOrder::Sorted, "w");
    sorted.serve({"b", "a"});
    sorted.delivered(sorted.in_order()[0]);
    EXPECT_EQ(order(sorted)[0], "a");
    EXPECT_EQ(sorted.per_step(), 1u);
    ServedLists priority(names, TransportOptions::QueueOrder::Priority, "w");
    priority.serve({"b", "a"});
    EXPECT_EQ(order(priority)[0], "b");
}

// How many of n messages each queue delivered when all are backlogged and a claim takes `batch`.
std::map<std::string, std::size_t> shares(ServedLists& lists, std::size_t n, std::size_t batch) {
    std::map<std::string, std::size_t> result;
    for (std::size_t done = 0; done < n; done += batch) {
        const auto first = lists.in_order()[0];
        result[lists[first].queue] += batch;
        lists.delivered(first, batch);
    }
    return result;
}

TEST_F(ServedListsTest, WeightsDivideTheMessagesWhateverTheBatch) {
    for (std::size_t batch : {1u, 10u}) {
        ServedLists lists(names, TransportOptions::QueueOrder::Weighted, "w", {{"a", 5}, {"b", 3}});
        lists.serve({"c", "b", "a"});  // c has weight 1
        EXPECT_EQ(lists.per_step(), 1u);
        const auto got = shares(lists, 9000, batch);
        EXPECT_NEAR(static_cast<double>(got.at("a")), 5000, 50);
        EXPECT_NEAR(static_cast<double>(got.at("b")), 3000, 50);
        EXPECT_NEAR(static_cast<double>(got.at("c")), 1000, 50);
    }
}

TEST_F(ServedListsTest, AQueueThatWasEmptyDoesNotTakeAllAfterwards) {
    ServedLists lists(names, TransportOptions::QueueOrder::Weighted, "w");
    lists.serve({"a", "b"});
    std::size_t a = 0;
    for (auto list : lists.in_order())
        if (lists[list].list == "a") a = list;
    lists.delivered(a, 1000);  // b had nothing meanwhile
    lists.delivered(a, 1000);
    const auto got = shares(lists, 4000, 1);
    EXPECT_LT(got.at("b"), 3100u);
    EXPECT_GT(got.at("a"), 900u);
}

TEST_F(ServedListsTest, IndicesStayValidAndTailsAreJson) {
    ServedLists lists(names, TransportOptions::QueueOrder::RoundRobin, "w");
    lists.serve({"q\"uote"});
    const auto first = lists.in_order()[0];
    lists.serve({"other"});
    EXPECT_EQ(lists[first].queue, "q\"uote");
    EXPECT_EQ(lists[first].entry_tail, R"(,"","q\"uote"])");
    EXPECT_EQ(lists.known(), 4u);
}

}  // namespace
}  // namespace taskworker
