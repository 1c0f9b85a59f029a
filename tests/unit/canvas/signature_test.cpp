#include "canvas/signature_json.hpp"

#include <gtest/gtest.h>

#include "unit/canvas/world.hpp"

namespace taskworker {
namespace {

using namespace canvas;
using testing::js;
using testing::task;
using testing::with_options;

std::string shape(const Json& signature) {
    const auto list = [](const Json::array_t& tasks) {
        std::string text;
        for (const auto& one : tasks) text += (text.empty() ? "" : " ") + shape(one);
        return text;
    };
    switch (kind_of(signature)) {
        case Kind::Chain:
            return "chain(" + list(members(signature)) + ")";
        case Kind::Group:
            return "group(" + list(members(signature)) + ")";
        case Kind::Chord:
            return "chord(" + list(members(signature)) + " => " +
                   shape(signature.at("kwargs").at("body")) + ")";
        default:
            return signature.at("task").get<std::string>().substr(2);
    }
}

Json g(std::initializer_list<Json> tasks) { return make_group(Json::array_t(tasks)); }
Json c(std::initializer_list<Json> tasks) { return make_chain(Json::array_t(tasks)); }
Json chord(std::initializer_list<Json> header, Json body) {
    return make_chord(Json::array_t(header), std::move(body));
}

TEST(SignatureJoin, IsThatOfCelery) {
    const auto a = task("a"), b = task("b"), x = task("x"), y = task("y");
    const struct {
        Json left, right;
        const char* is;
    } cases[] = {
        {a, b, "chain(a b)"},
        {a, c({b, x}), "chain(a b x)"},
        {c({a, b}), x, "chain(a b x)"},
        {c({a, b}), c({x, y}), "chain(a b x y)"},
        {a, g({b, x}), "chain(a group(b x))"},
        {a, g({b}), "chain(a b)"},
        {g({a, b}), x, "chord(a b => x)"},
        {g({a, b}), g({x, y}), "chord(a b => group(x y))"},
        {c({a, g({b, x})}), y, "chain(a chord(b x => y))"},
        {chord({a, b}, x), y, "chord(a b => chain(x y))"},
        {c({a, chord({b}, x)}), y, "chain(a chord(b => chain(x y)))"},
        {chord({a, b}, x), g({y, a}), "chain(chord(a b => x) group(y a))"},
        {c({a, chord({b}, x)}), g({y, a}), "chain(a chord(b => chain(x group(y a))))"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(shape(join(one.left, one.right, false)), one.is)
            << shape(one.left) << " | " << shape(one.right);
}

TEST(SignatureLinks, ACallbackIsThereOnce) {
    auto a = task("a");
    link(a, task("b"));
    link(a, task("b"));
    link(a, task("x"));
    EXPECT_EQ(option(a, "link").size(), 2u);
}

TEST(SignatureLinks, OfAChordGoToItsBodyAndOfAGroupToItsFirstMember) {
    auto whole = chord({task("a")}, task("z"));
    link(whole, task("l"));
    EXPECT_EQ(option(whole["kwargs"]["body"], "link").size(), 1u);
    EXPECT_TRUE(option(members(whole).front(), "link").is_null());
    auto group = g({task("a"), task("b")});
    link(group, task("l"));
    EXPECT_TRUE(is_immutable(option(members(group)[0], "link")[0]));
    EXPECT_TRUE(option(members(group)[1], "link").is_null());
}

TEST(SignatureLinks, AnErrbackReachesAChordsHeaderOnlyWhenAskedTo) {
    for (const bool on_header : {false, true}) {
        auto whole = chord({task("a"), task("b")}, task("z"));
        link_error(whole, task("e"), on_header);
        EXPECT_EQ(option(members(whole)[1], "link_error").is_null(), !on_header);
        EXPECT_EQ(option(whole["kwargs"]["body"], "link_error").size(), 1u);
    }
}

TEST(SignatureMerge, PartialArgumentsComeInFrontUnlessItIsImmutable) {
    auto a = make_task("t.a", js("[2]"), js(R"({"k": 1})"));
    EXPECT_EQ(merge(a, js("[1]"), js(R"({"k": 9})"), js("{}")).args, js("[1, 2]"));
    EXPECT_EQ(merge(a, js("[1]"), js(R"({"k": 9})"), js("{}")).kwargs["k"], 9);
    a["immutable"] = true;
    const auto still = merge(a, js("[1]"), js(R"({"k": 9})"), js(R"({"queue": "q"})"));
    EXPECT_EQ(still.args, js("[2]"));
    EXPECT_EQ(still.kwargs["k"], 1);
    EXPECT_EQ(still.options["queue"], "q");
}

TEST(SignatureMerge, GroupAndStampsThatAreThereStay) {
    const auto a = with_options(
        task("a"), R"({"group_id": "g", "stamped_headers": ["shop"], "shop": 1, "queue": "q"})"
    );
    const auto merged = merge(
        a,
        js("[]"),
        js("{}"),
        js(R"({"group_id": "h", "stamped_headers": ["x"], "shop": 2, "queue": "r"})")
    );
    EXPECT_EQ(merged.options["group_id"], "g");
    EXPECT_EQ(merged.options["shop"], 1);
    EXPECT_EQ(merged.options["stamped_headers"], js(R"(["shop"])"));
    EXPECT_EQ(merged.options["queue"], "r");
}

TEST(SignatureRead, WhatIsNoSignatureIsRefusedWithItsName) {
    const struct {
        const char *text, *why;
    } cases[] = {
        {"7", "a signature is not an object: 7"},
        {"[]", "a signature is not an object"},
        {"{}", "a signature has no task"},
        {R"({"task": 7})", "a signature has no task"},
        {R"({"task": "a", "args": {}})", "args of a signature are of the wrong type"},
        {R"({"task": "a", "kwargs": []})", "kwargs of a signature are of the wrong type"},
        {R"({"task": "a", "options": 3})", "options of a signature are of the wrong type"},
        {R"({"task": "a", "subtask_type": "x"})", "a signature of unknown type"},
        {R"({"task": "a", "subtask_type": "chain", "kwargs": {"tasks": 1}})",
         "tasks of a signature"},
        {R"({"task": "a", "subtask_type": "group", "kwargs": {"tasks": [1]}})", "is not an object"},
        {R"({"task": "a", "subtask_type": "chord", "kwargs": {"header": [], "body": 5}})",
         "is not an object"},
    };
    for (const auto& one : cases) {
        try {
            read(js(one.text));
            ADD_FAILURE() << one.text;
        } catch (const CanvasError& error) {
            EXPECT_NE(std::string(error.what()).find(one.why), std::string::npos) << error.what();
        }
    }
}

TEST(SignatureRead, WhatIsLeftOutIsEmpty) {
    const auto signature = read(js(R"({"task": "t.a", "args": null})"));
    EXPECT_EQ(signature, task("a"));
}

TEST(ChordSize, CountsWhatReportsToTheChord) {
    const auto a = task("a");
    EXPECT_EQ(chord_size(a), 1u);
    EXPECT_EQ(chord_size(g({a, g({a, a})})), 3u);
    EXPECT_EQ(chord_size(c({a, a, a})), 1u);
    EXPECT_EQ(chord_size(c({a, g({a, a})})), 2u);
    EXPECT_EQ(chord_size(c({a, g({})})), 1u);
    EXPECT_EQ(chord_size(chord({a, a, a}, a)), 1u);
    EXPECT_EQ(chord_size(chord({a}, g({a, a}))), 2u);
}

}  // namespace
}  // namespace taskworker
