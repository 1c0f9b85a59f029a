#include "canvas/finish_chord.hpp"

#include <gtest/gtest.h>

#include "canvas/signature_json.hpp"
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

const char* const kFailed =
    R"({"exc_type": "ValueError", "exc_message": ["no"], "exc_module": "builtins"})";

std::string part(const char* id, const char* state, const char* result) {
    return std::string("[1, \"") + id + "\", \"" + state + "\", " + result + "]";
}

Json body() { return with_options(task("z", js("[9]")), R"({"task_id": "end"})"); }

TakenChord taken(std::vector<std::string> parts, const Json& with = body()) {
    TakenChord chord;
    chord.group_id = "g";
    chord.note = chord_note(with, {"last", "root", 3});
    chord.size = parts.size();
    chord.parts = std::move(parts);
    return chord;
}

ChordEnd ended(const TakenChord& chord, bool patient = true, Settings settings = {}) {
    World world;
    world.settings = std::move(settings);
    auto decided = finish_chord(chord, patient, world.moment);
    if (auto* end = std::get_if<ChordEnd>(&decided)) return std::move(*end);
    ADD_FAILURE() << "not decided: " << decided.index();
    return {};
}

TEST(FinishChord, TheBodyGetsTheResultsInTheirOrder) {
    const auto end = ended(taken({part("a", "SUCCESS", "1"), part("b", "SUCCESS", "[2]")}));
    ASSERT_EQ(names(end.dispatch.messages), Names{"t.z"});
    const auto& message = end.dispatch.messages[0];
    EXPECT_EQ(message.args, js("[[1, [2]], 9]"));
    EXPECT_EQ(message.id, "end");
    EXPECT_EQ(message.parent_id, "last");
    EXPECT_EQ(message.root_id, "root");
    EXPECT_TRUE(end.store.empty());
    EXPECT_EQ(end.error, "");
}

TEST(FinishChord, AResultThatTheBodysSerializerHasNoFormForEndsTheChord) {
    auto packed = body();
    packed["options"]["serializer"] = "msgpack";
    const auto end = ended(taken({part("a", "SUCCESS", "1180591620717411303424")}, packed));
    EXPECT_NE(end.error.find("EncodeError"), std::string::npos) << end.error;
    EXPECT_TRUE(end.publish.empty());
    ASSERT_EQ(end.store.size(), 1u);
    EXPECT_EQ(end.store[0].id, "end");
}

TEST(FinishChord, APartThatIsThereTwiceCountsOnceAndAsASuccess) {
    auto chord =
        taken({part("a", "FAILURE", kFailed), part("a", "SUCCESS", "1"), part("b", "SUCCESS", "2")}
        );
    chord.size = 2;
    EXPECT_EQ(ended(chord).dispatch.messages[0].args, js("[[1, 2], 9]"));
}

TEST(FinishChord, WithAPartCountedTwiceItIsNotComplete) {
    World world;
    const auto chord = taken({part("a", "SUCCESS", "1"), part("a", "SUCCESS", "1")});
    EXPECT_TRUE(std::holds_alternative<ChordIncomplete>(finish_chord(chord, true, world.moment)));
}

TEST(FinishChord, AFailedPartIsTheChordErrorOfItsBody) {
    const auto end = ended(taken({part("a", "SUCCESS", "1"), part("b", "FAILURE", kFailed)}));
    EXPECT_TRUE(end.dispatch.messages.empty());
    ASSERT_EQ(end.store.size(), 1u);
    EXPECT_EQ(end.store[0].id, "end");
    EXPECT_EQ(end.store[0].status, "FAILURE");
    EXPECT_EQ(
        js(end.store[0].result.c_str()),
        js(R"json({"exc_type": "ChordError", "exc_message": ["Dependency b raised ValueError('no')"],
                 "exc_module": "celery.exceptions"
})json")
    );
    EXPECT_EQ(end.error, "Dependency b raised ValueError('no')");
}

TEST(FinishChord, TheBodysErrbacksAreSentWithItsId) {
    auto with = body();
    link_error(with, task("e"), false);
    const auto end = ended(taken({part("b", "FAILURE", kFailed)}, with));
    ASSERT_EQ(names(end.dispatch.messages), Names{"t.e"});
    EXPECT_EQ(end.dispatch.messages[0].args, js(R"(["end"])"));
}

TEST(FinishChord, AnErrbackRegisteredHereIsCalledWithTheError) {
    World world;
    world.moment.is_errback = [](std::string_view) { return true; };
    auto with = body();
    link_error(with, task("e"), false);
    const auto decided =
        finish_chord(taken({part("b", "FAILURE", kFailed)}, with), true, world.moment);
    const auto& end = std::get<ChordEnd>(decided);
    ASSERT_EQ(end.errbacks.size(), 1u);
    EXPECT_EQ(end.errbacks[0].id, "end");
    EXPECT_EQ(end.errbacks[0].failure.type, "ChordError");
    EXPECT_TRUE(end.dispatch.messages.empty());
}

TEST(FinishChord, ABodyThatIsAPartFailsTheOuterChord) {
    const auto inner = with_options(
        body(), R"({"group_id": "outer", "group_index": 4, "chord": {"task": "t.outer"}})"
    );
    const auto end = ended(taken({part("b", "FAILURE", kFailed)}, inner));
    ASSERT_EQ(end.parts.size(), 1u);
    EXPECT_EQ(end.parts[0].group_id, "outer");
    EXPECT_EQ(end.parts[0].index, 4);
    EXPECT_EQ(end.parts[0].state, "FAILURE");
}

TEST(FinishChord, AGroupAsBodyFailsMemberByMemberWithTheCause) {
    auto group = make_group(
        {with_options(task("x"), R"({"task_id": "x"})"),
         with_options(task("y"), R"({"task_id": "y"})")}
    );
    const auto end = ended(taken({part("b", "FAILURE", kFailed)}, group));
    ASSERT_EQ(end.store.size(), 3u);
    EXPECT_EQ(end.store[0].id, "x");
    EXPECT_EQ(end.store[1].id, "y");
    EXPECT_EQ(js(end.store[0].result.c_str())["exc_type"], "ValueError");
}

TEST(FinishChord, TheBodyMayBeAnyCanvas) {
    const struct {
        Json body;
        Names sent;
    } cases[] = {
        {make_chain({task("x"), task("y")}), {"t.x"}},
        {make_group({task("x"), task("y")}), {"t.x", "t.y"}},
        {make_chord({task("x"), task("y")}, task("w")), {"t.x", "t.y"}},
        {make_chain({task("x"), make_group({task("y"), task("w")})}), {"t.x"}},
    };
    for (const auto& one : cases) {
        const auto end = ended(taken({part("a", "SUCCESS", "1")}, one.body));
        EXPECT_EQ(names(end.dispatch.messages), one.sent);
        for (const auto& message : end.dispatch.messages) EXPECT_EQ(message.args, js("[[1]]"));
    }
}

TakenChord saved_tree() {
    auto chord = taken({part("a", "SUCCESS", "1"), part("c", "SUCCESS", "3")});
    chord.saved = R"({"result": [["g", null], [[["a", null], null],
                     [["sub", null], [[["b", null], null], [["c", null], null]]]]]})";
    return chord;
}

TEST(FinishChord, ASavedTreeGivesTheShapeAndWaitsForWhatIsMissing) {
    World world;
    auto chord = saved_tree();
    EXPECT_EQ(missing_results(chord), std::vector<std::string>{"b"});
    EXPECT_TRUE(std::holds_alternative<ChordPending>(finish_chord(chord, true, world.moment)));
    chord.documents["b"] = R"({"status": "STARTED", "result": null})";
    EXPECT_TRUE(std::holds_alternative<ChordPending>(finish_chord(chord, true, world.moment)));
    chord.documents["b"] = R"({"status": "SUCCESS", "result": 2})";
    EXPECT_EQ(ended(chord).dispatch.messages[0].args, js("[[1, [2, 3]], 9]"));
}

TEST(FinishChord, PatienceEndsInATimeoutError) {
    const auto end = ended(saved_tree(), false);
    EXPECT_EQ(end.error, "Join error: TimeoutError('The operation timed out.')");
}

TEST(FinishChord, AFailureInASavedTreeIsAJoinError) {
    auto chord = saved_tree();
    chord.documents["b"] = std::string(R"({"status": "FAILURE", "result": )") + kFailed + "}";
    EXPECT_EQ(ended(chord).error, "Join error: ValueError('no')");
}

TEST(FinishChord, OfSeveralFailuresInASavedTreeThatOfAGroupCounts) {
    auto chord = taken({part("a", "FAILURE", kFailed), part("b", "SUCCESS", "2")});
    chord.saved = R"({"result": [["g", null], [[["a", null], null], [["h", null], [)"
                  R"([["b", null], null], [["c", null], null]]]]]})";
    chord.documents["c"] = R"({"status": "FAILURE", "result": {"exc_type": "KeyError", )"
                           R"("exc_message": ["c"], "exc_module": "builtins"}})";
    EXPECT_EQ(ended(chord).error, "Join error: KeyError('c')");
}

TEST(FinishChord, HostileDataEndsInAReasonNotInAThrow) {
    World world;
    const char* const notes[] = {
        "",
        "[]",
        "{",
        R"({"body": 7})",
        R"({"body": {"task": "a", "args": 1}})",
        R"({"body": null, "id": 3, "priority": 1e99})"};
    for (const auto* note : notes) {
        TakenChord chord;
        chord.group_id = "g";
        chord.note = note;
        const auto decided = finish_chord(chord, true, world.moment);
        const auto* end = std::get_if<ChordEnd>(&decided);
        ASSERT_TRUE(end) << note;
        EXPECT_NE(end->error.find("its body cannot be read"), std::string::npos) << end->error;
    }
    for (const auto* wrong : {"", "{}", "[1, 2]", "[1, 2, 3, 4]", "[[[["}) {
        auto chord = taken({wrong});
        chord.size = 2;
        EXPECT_TRUE(std::holds_alternative<ChordIncomplete>(finish_chord(chord, true, world.moment))
        );
    }
    for (const auto* tree :
         {"",
          "7",
          R"({"result": 7})",
          R"({"result": [[], []]})",
          R"({"result": [[7, 1], null]})"}) {
        auto chord = taken({part("a", "SUCCESS", "1")});
        chord.saved = tree;
        missing_results(chord);
        finish_chord(chord, false, world.moment);
    }
}

TEST(FinishChord, TenThousandPartsKeepTheirOrder) {
    std::vector<std::string> parts;
    for (int i = 0; i < 10'000; ++i)
        parts.push_back(part(std::to_string(i).c_str(), "SUCCESS", std::to_string(i).c_str()));
    const auto end = ended(taken(std::move(parts)));
    const auto& list = end.dispatch.messages[0].args[0];
    ASSERT_EQ(list.size(), 10'000u);
    for (std::size_t i = 0; i < list.size(); ++i) ASSERT_EQ(list[i], i);
}

}  // namespace
}  // namespace taskworker
