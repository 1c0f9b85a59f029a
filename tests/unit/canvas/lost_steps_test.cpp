#include "canvas/lost_steps.hpp"

#include <gtest/gtest.h>

#include "canvas/signature_json.hpp"
#include "message/task_body.hpp"
#include "unit/canvas/world.hpp"

namespace taskworker {
namespace {

using namespace canvas;
using testing::js;
using testing::task;
using testing::with_options;

TEST(LostSteps, ArePlacesInResultsAndChords) {
    const auto chain = Json::array(
        {with_options(
             task("b"),
             R"({"task_id": "i", "group_id": "g", "group_index": 3, "chord": {"task": "z"}})"
         ),
         with_options(task("c"), R"({"group_index": -1, "task_id": 5})")}
    );
    const auto steps = lost_steps(chain);
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(steps[0].id, "i");
    EXPECT_EQ(steps[0].group_index, 3);
    EXPECT_EQ(steps[0].chord["task"], "z");
    EXPECT_EQ(steps[1].id, "");
    EXPECT_EQ(steps[1].group_index, std::nullopt);
    EXPECT_TRUE(lost_steps(js("null")).empty());
    EXPECT_EQ(lost_steps(js(R"([1, "x", null])")).size(), 3u);
}

// All that is noted of a step is its place.
TEST(LostSteps, AreNotedByTheirPlacesAlone) {
    const JsonList chain(Json::array(
        {with_options(
             task("b", js("[1, 2]")),
             R"({"task_id": "i", "reply_to": "r", "group_index": 3, "chord": {"task": "z"}})"
         ),
         task("c"),
         js(R"({"options": 7, "args": [{"options": {"task_id": "no"}}]})"),
         js("{}")}
    ));
    EXPECT_EQ(
        places_of_steps(chain),
        R"([{"options": {"task_id": "i", "group_index": 3, "chord": {"task": "z"}}}, )"
        R"({"options": {}}, {"options": null}, {}])"
    );
    EXPECT_EQ(places_of_steps(JsonList(Json::array())), "[]");
    EXPECT_EQ(places_of_steps({}), "[]");
    EXPECT_EQ(places_of_steps(Json::array({1})), "[]");
}

TEST(LostSteps, OfThePlacesAreThoseOfTheChain) {
    const std::string text =
        R"([{"task": "a", "opt\u0069ons": {"task_\u0069d": "i\u00e9", "group_id": "g", "group_id": "h"}},)"
        R"({"options": {"task_id": "no"}, "options": {"task_id": "yes", "parent_id": "p"}},)"
        R"({"options": {"root_id": "r", "task_id": null, "chord": {"options": {"task_id": "z"}}}}])";
    const auto body = read_task_body(R"([[], {}, {"chain": )" + text + "}]", Arguments::Skipped);
    ASSERT_TRUE(body);
    const auto steps = lost_steps(js(text.c_str()));
    const auto noted = lost_steps(js(places_of_steps(body->chain).c_str()));
    ASSERT_EQ(noted.size(), steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        EXPECT_EQ(noted[i].id, steps[i].id);
        EXPECT_EQ(noted[i].group_id, steps[i].group_id);
        EXPECT_EQ(noted[i].parent_id, steps[i].parent_id);
        EXPECT_EQ(noted[i].root_id, steps[i].root_id);
        EXPECT_EQ(noted[i].group_index, steps[i].group_index);
        EXPECT_EQ(noted[i].chord, steps[i].chord);
    }
    EXPECT_EQ(steps[1].id, "yes");
}

}  // namespace
}  // namespace taskworker
