#include "canvas/follow.hpp"

#include <gtest/gtest.h>

#include "canvas/signature_json.hpp"
#include "message/task_body.hpp"
#include "unit/canvas/world.hpp"

namespace taskworker {
namespace {

using namespace canvas;
using testing::js;
using testing::Names;
using testing::names;
using testing::task;
using testing::with_options;
using testing::World;

const CurrentTask kTask{"me", "root", 4};

Dispatch sent(Followed followed) {
    if (const auto* failure = std::get_if<Failure>(&followed)) {
        ADD_FAILURE() << failure->message;
        return {};
    }
    return std::get<Dispatch>(std::move(followed));
}

TEST(FollowSuccess, CallbacksFirstThenTheNextStepBothWithTheResult) {
    World world;
    Links links;
    links.callbacks = Json::array({task("l", js("[1]"))});
    links.chain = Json::array({task("last"), task("next")});
    const auto dispatch = sent(follow_success(links, 9, kTask, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.l", "t.next"}));
    EXPECT_EQ(dispatch.messages[0].args, js("[9, 1]"));
    EXPECT_EQ(dispatch.messages[1].args, js("[9]"));
    ASSERT_EQ(dispatch.messages[1].chain.size(), 1u);
    EXPECT_EQ(dispatch.messages[1].chain.last()["task"], "t.last");
    for (const auto& message : dispatch.messages) {
        EXPECT_EQ(message.parent_id, "me");
        EXPECT_EQ(message.root_id, "root");
    }
    EXPECT_EQ(dispatch.children.size(), 2u);
}

// What it was as values: read the last step, hand the others on.
TEST(FollowSuccess, TheStepsBehindTheNextOneAreHandedOnAsTheyCame) {
    World world;
    const auto text = std::string(R"([{"task":"t.c","args":["\u00e9\ud83d\ude00é",1.50]} ,)") +
                      R"({"task": "t.b", "task": "t.b2"}, {"task": "t.a"}])";
    const auto body = read_task_body(R"([[], {}, {"chain": )" + text + "}]", Arguments::Skipped);
    ASSERT_TRUE(body);
    Links links;
    links.chain = body->chain;
    const auto dispatch = sent(follow_success(links, 9, kTask, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.a"}));
    EXPECT_EQ(dispatch.messages[0].chain.text(), text.substr(0, text.rfind(',')) + "]");
}

TEST(FollowSuccess, AStepThatIsNoTaskGetsTheOthersAsValues) {
    World world;
    Links links;
    const auto part = make_chain({task("x"), task("y")});
    links.chain = Json::array({task("last"), task("next"), part});
    const auto dispatch = sent(follow_success(links, 9, kTask, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.x"}));
    const auto chain = dispatch.messages[0].chain.value();
    ASSERT_EQ(chain.size(), 3u);
    EXPECT_EQ(chain[0]["task"], "t.last");
    EXPECT_EQ(chain[1]["task"], "t.next");
    EXPECT_EQ(chain[2]["task"], "t.y");
}

TEST(FollowSuccess, ARouterOfTheAppIsAskedForWhatFollows) {
    World world;
    world.settings.task_routers = {[](const RoutedCall& call) -> Json {
        if (call.args == Json::array({9})) return "nines";
        return nullptr;
    }};
    Links links;
    links.callbacks = Json::array({task("l"), with_options(task("own"), R"({"queue": "mine"})")});
    links.chain = Json::array({task("next")});
    const auto dispatch = sent(follow_success(links, 9, kTask, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.l", "t.own", "t.next"}));
    EXPECT_EQ(dispatch.messages[0].routing_key, "nines");
    EXPECT_EQ(dispatch.messages[1].routing_key, "mine");
    EXPECT_EQ(dispatch.messages[2].routing_key, "nines");
}

TEST(FollowSuccess, ARouterThatThrowsFailsTheTask) {
    World world;
    world.settings.task_routers = {
        [](const RoutedCall&) -> Json { throw std::runtime_error("no map"); }};
    Links links;
    links.chain = Json::array({task("next")});
    const auto followed = follow_success(links, 9, kTask, world.moment);
    ASSERT_TRUE(std::holds_alternative<Failure>(followed));
    EXPECT_EQ(std::get<Failure>(followed).type, "RuntimeError");
    EXPECT_EQ(std::get<Failure>(followed).message, "the router for t.next: no map");
}

TEST(FollowSuccess, AnImmutableStepTakesNoResult) {
    World world;
    Links links;
    auto step = task("next", js("[5]"));
    step["immutable"] = true;
    links.chain = Json::array({step});
    EXPECT_EQ(sent(follow_success(links, 9, kTask, world.moment)).messages[0].args, js("[5]"));
}

TEST(FollowSuccess, OfSeveralCallbacksTheTasksGoAsOneGroup) {
    World world;
    Links links;
    links.callbacks = Json::array({task("a"), make_group({task("b"), task("c")}), task("d")});
    const auto dispatch = sent(follow_success(links, 1, kTask, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.b", "t.c", "t.a", "t.d"}));
    EXPECT_EQ(dispatch.messages[0].group, dispatch.messages[1].group);
    EXPECT_EQ(dispatch.messages[2].group, dispatch.messages[3].group);
    EXPECT_NE(dispatch.messages[0].group, dispatch.messages[2].group);
}

TEST(FollowSuccess, NothingFollowsNothing) {
    World world;
    const auto dispatch = sent(follow_success({}, 1, kTask, world.moment));
    EXPECT_TRUE(dispatch.messages.empty());
}

TEST(FollowSuccess, WhatIsNoSignatureFailsTheTaskWithTheReason) {
    for (const char* broken :
         {"[7]",
          R"([{"task": 1}])",
          R"([{"task": "a", "args": 3}])",
          R"([{"task": "a", "subtask_type": "nobody"}])",
          R"([[[]]])"}) {
        World world;
        Links links;
        links.callbacks = js(broken);
        const auto followed = follow_success(links, 1, kTask, world.moment);
        const auto* failure = std::get_if<Failure>(&followed);
        ASSERT_TRUE(failure) << broken;
        EXPECT_EQ(failure->type, "TypeError");
        EXPECT_FALSE(failure->traceback.empty());
    }
}

TEST(Errbacks, ThoseRegisteredHereAreCalledTheOthersSentWithTheId) {
    World world;
    world.moment.is_errback = [](std::string_view name) { return name == "t.new"; };
    const auto split =
        errbacks_of(Json::array({task("new"), task("old", js("[1]"))}), world.moment);
    ASSERT_EQ(split.here.size(), 1u);
    EXPECT_EQ(split.here[0]["task"], "t.new");
    const auto dispatch = sent(send_errbacks(split.sent, kTask, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.old"}));
    EXPECT_EQ(dispatch.messages[0].args, js(R"(["me", 1])"));
}

TEST(ReplaceTask, TheNewOneHasTheIdTheLinksTheChainAndTheChord) {
    World world;
    ReplacedTask replaced{"me", kTask, "g", "root", 2, 1};
    Links links;
    links.callbacks = Json::array({task("l")});
    links.chain = Json::array({task("rest")});
    links.chord = task("z");
    const auto dispatch = sent(replace_task(task("a"), replaced, links, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.a"}));
    const auto& message = dispatch.messages[0];
    EXPECT_EQ(message.id, "me");
    EXPECT_EQ(message.callbacks.size(), 1u);
    ASSERT_EQ(message.chain.size(), 1u);
    EXPECT_EQ(message.replaced_task_nesting, 2);
}

TEST(ReplaceTask, AGroupBecomesAChordThatGathersItsResults) {
    World world;
    ReplacedTask replaced{"me", kTask, std::nullopt, "root", std::nullopt, 0};
    const auto dispatch =
        sent(replace_task(make_group({task("a"), task("b")}), replaced, {}, world.moment));
    ASSERT_EQ(names(dispatch.messages), (Names{"t.a", "t.b"}));
    EXPECT_EQ(dispatch.messages[0].chord["task"], "celery.accumulate");
    EXPECT_EQ(dispatch.messages[0].chord["options"]["task_id"], "me");
}

TEST(ReplaceTask, APartOfAChordOrAnEmptyChainIsRefused) {
    World world;
    const ReplacedTask replaced{"me", kTask, std::nullopt, "root", std::nullopt, 0};
    for (const auto& wrong :
         {with_options(task("a"), R"({"chord": {"task": "z"}})"), make_chain({}), Json(7)}) {
        const auto followed = replace_task(wrong, replaced, {}, world.moment);
        EXPECT_TRUE(std::holds_alternative<Failure>(followed));
    }
}

}  // namespace
}  // namespace taskworker
