#include "canvas/expand.hpp"

#include <gtest/gtest.h>

#include <set>

#include "canvas/signature_json.hpp"
#include "unit/canvas/world.hpp"

namespace taskworker {
namespace {

using namespace canvas;
using testing::js;
using testing::task;
using testing::with_options;
using testing::World;

struct Sent {
    Dispatch dispatch;
    ResultTree result;
    const Publication& operator[](std::size_t i) const { return dispatch.messages.at(i); }
};

Sent send(World& world, const Json& signature, std::optional<CurrentTask> current = std::nullopt) {
    Expander expander(world.moment, std::move(current));
    auto result = expander.apply(signature);
    return {expander.take(), std::move(result)};
}

TEST(Expand, AChainSendsItsFirstStepWithTheOthersBehindIt) {
    World world;
    const auto sent = send(world, make_chain({task("a"), task("b"), task("x")}));
    ASSERT_EQ(sent.dispatch.messages.size(), 1u);
    ASSERT_EQ(sent[0].chain.size(), 2u);
    EXPECT_EQ(sent[0].chain.last()["task"], "t.b");
    EXPECT_EQ(sent.result->id, sent[0].chain.value()[0]["options"]["task_id"]);
    EXPECT_EQ(sent.result->parent->parent->id, sent[0].id);
}

TEST(Expand, APartsLastGroupDoesNotCountTheChordAnew) {
    World world;
    const auto whole = make_chord(
        {make_chain({task("a"), make_group({task("b"), task("x")})}), task("d")}, task("z")
    );
    const auto sent = send(world, whole);
    ASSERT_EQ(sent.dispatch.messages.size(), 2u);
    std::vector<std::size_t> sizes;
    for (const auto& write : sent.dispatch.writes)
        if (write.kind == GroupWrite::Kind::Size) sizes.push_back(write.size);
    EXPECT_EQ(sizes, std::vector<std::size_t>{3});

    // The step that its first task sends: same chord, no size of its own.
    const auto later = send(world, read(sent[0].chain.value()[0]));
    ASSERT_EQ(later.dispatch.messages.size(), 2u);
    EXPECT_EQ(later.dispatch.writes, std::vector<GroupWrite>{});
    for (const auto& part : later.dispatch.messages) {
        EXPECT_EQ(part.group, sent[1].group);
        EXPECT_EQ(part.chord["task"], "t.z");
    }
}

TEST(Expand, AGroupGivesItsMembersOneIdAndTheirPlaces) {
    World world;
    const auto sent = send(world, make_group({task("a"), make_group({task("b")}), task("x")}));
    ASSERT_EQ(sent.dispatch.messages.size(), 3u);
    std::set<std::string> ids;
    for (const auto& message : sent.dispatch.messages) {
        EXPECT_EQ(message.group, sent.result->id);
        ids.insert(message.id);
    }
    EXPECT_EQ(ids.size(), 3u);
    EXPECT_EQ(sent[0].group_index, 0);
    EXPECT_EQ(sent[2].group_index, 2);
    EXPECT_TRUE(sent.result->group);
}

TEST(Expand, AnEmptyChordSendsItsBodyWithNothing) {
    World world;
    const auto sent = send(world, make_chord({}, task("z")));
    ASSERT_EQ(sent.dispatch.messages.size(), 1u);
    EXPECT_EQ(sent[0].args, js("[[]]"));
    EXPECT_EQ(sent[0].id, sent.result->id);
}

TEST(Expand, AHeaderWithGroupsInItIsSaved) {
    World world;
    const auto parts = make_chord(
        {make_chord({task("a")}, make_group({task("b"), task("x")})), task("d")}, task("z")
    );
    const auto sent = send(world, parts);
    const auto saved = std::find_if(
        sent.dispatch.writes.begin(),
        sent.dispatch.writes.end(),
        [](const GroupWrite& write) { return write.kind == GroupWrite::Kind::Saved; }
    );
    ASSERT_NE(saved, sent.dispatch.writes.end());
    EXPECT_EQ(saved->group_id, sent.result->parent->id);
}

TEST(Expand, ChunksAreAGroupOfStarmaps) {
    World world;
    auto signature = make_task(
        "celery.chunks", js("[]"), js(R"({"task": {"task": "t.a"}, "it": [[1], [2], [3]], "n": 2})")
    );
    signature["subtask_type"] = "chunks";
    const auto sent = send(world, signature);
    EXPECT_EQ(
        testing::names(sent.dispatch.messages), (testing::Names{"celery.starmap", "celery.starmap"})
    );
    EXPECT_EQ(sent[1].kwargs["it"], js("[[3]]"));
}

TEST(Expand, AChildKnowsItsRootAndParentAndMayInheritThePriority) {
    World world;
    const CurrentTask current{"me", "root", 6};
    auto sent = send(world, task("a"), current);
    EXPECT_EQ(sent[0].root_id, "root");
    EXPECT_EQ(sent[0].parent_id, "me");
    EXPECT_EQ(sent[0].priority, 0);
    EXPECT_EQ(sent.dispatch.children, Json::array({as_tuple(ResultNode(sent[0].id))}));
    world.settings.task_inherit_parent_priority = true;
    EXPECT_EQ(send(world, task("a"), current)[0].priority, 6);
    EXPECT_EQ(send(world, with_options(task("a"), R"({"priority": 2})"), current)[0].priority, 2);
}

TEST(Expand, TaskRoutesDecideWhereNoQueueWasNamed) {
    World world;
    world.settings.task_routes = js(R"({"t.a": {"queue": "fast", "priority": 3}})");
    const auto routed = send(world, task("a"));
    EXPECT_EQ(routed[0].routing_key, "fast");
    EXPECT_EQ(routed[0].priority, 3);
    EXPECT_EQ(send(world, with_options(task("a"), R"({"queue": "own"})"))[0].routing_key, "own");
    EXPECT_EQ(send(world, task("b"))[0].routing_key, "celery");
}

TEST(Expand, StampsGoIntoTheHeaders) {
    World world;
    const auto sent =
        send(world, with_options(task("a"), R"({"stamped_headers": ["shop"], "shop": "x"})"));
    EXPECT_EQ(sent[0].stamped_headers, js(R"(["shop"])"));
    EXPECT_EQ(sent[0].stamps, js(R"({"shop": "x"})"));
}

TEST(Expand, WhatCannotBeSentIsRefused) {
    World world;
    const auto group = make_group({task("a")});
    Expander expander(world.moment, std::nullopt);
    EXPECT_THROW(
        expander.apply(
            with_options(group, R"({"link": [{"task": "x"}]})"),
            Json::array(),
            Json::object(),
            js(R"({"link": [1]})")
        ),
        CanvasError
    );
    EXPECT_THROW(expander.apply(make_chord({task("a")}, nullptr)), CanvasError);
    auto chunks =
        make_task("celery.chunks", js("[]"), js(R"({"task": {"task": "t.a"}, "it": [], "n": 0})"));
    chunks["subtask_type"] = "chunks";
    EXPECT_THROW(expander.apply(chunks), CanvasError);
}

TEST(AsTuple, OfALongChainTakesNoRecursion) {
    ResultTree tree;
    for (int i = 0; i < 100'000; ++i) {
        auto next = std::make_shared<ResultNode>(std::to_string(i));
        next->parent = std::move(tree);
        tree = std::move(next);
    }
    std::size_t depth = 0;
    for (const auto* node = tree.get(); node; node = node->parent.get()) ++depth;
    EXPECT_EQ(depth, 100'000u);
}

TEST(Expand, AChainOfAThousandStepsKeepsTheirOrder) {
    World world;
    Json::array_t steps;
    for (int i = 0; i < 1000; ++i) steps.push_back(task(std::to_string(i).c_str()));
    const auto sent = send(world, make_chain(std::move(steps)));
    const auto chain = sent[0].chain.value();
    ASSERT_EQ(chain.size(), 999u);
    for (int i = 1; i < 1000; ++i)
        ASSERT_EQ(chain[static_cast<std::size_t>(999 - i)]["task"], "t." + std::to_string(i));
}

}  // namespace
}  // namespace taskworker
