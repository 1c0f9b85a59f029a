#include "message/python_repr.hpp"

#include <gtest/gtest.h>

#include "unit/message/golden_file.hpp"

namespace taskworker {
namespace {

TEST(PythonRepr, PrintsAsPythonAndCeleryDo) {
    for (const auto& row : golden_rows("json_cases.jsonl")) {
        if (row.contains("refused")) continue;
        const auto& text = text_of(row, "in");
        const auto read = parse_json(text);
        ASSERT_TRUE(std::holds_alternative<Json>(read)) << text;
        const auto& value = std::get<Json>(read);
        const auto& repr = text_of(row, "repr");
        const auto& safe = row.contains("saferepr") ? text_of(row, "saferepr") : repr;
        const auto& shorter = row.contains("saferepr40") ? text_of(row, "saferepr40") : safe;
        const auto& str = row.contains("str") ? text_of(row, "str") : repr;
        EXPECT_EQ(python_repr(value, 0), repr) << text;
        EXPECT_EQ(safe_repr(value, 1024), safe) << text;
        EXPECT_EQ(safe_repr(value, 40), shorter) << text;
        EXPECT_EQ(tuple_repr(Json::array({value}), 1024), text_of(row, "argsrepr")) << text;
        EXPECT_EQ(exception_text("ValueError", Json::array({value})), str) << text;
    }
}

TEST(PythonRepr, PrintsTuples) {
    EXPECT_EQ(tuple_repr(Json::array()), "()");
    EXPECT_EQ(tuple_repr(Json::array({3})), "(3,)");
    EXPECT_EQ(tuple_repr(Json::array({1, "é", Json::array({2})})), "(1, 'é', [2])");
}

TEST(PythonRepr, PrintsExceptions) {
    EXPECT_EQ(
        python_repr(Failure{.type = "ValueError", .args = {"boom", 3}}), "ValueError('boom', 3)"
    );
    EXPECT_EQ(python_repr(Failure{.type = "KeyError"}), "KeyError()");
    EXPECT_EQ(python_repr(Failure{.type = "E", .args = {"abc"}}, 5), "E('ab...");
    EXPECT_EQ(python_repr(Failure{.type = "E", .args = {"abc"}}, 8), "E('abc')");
    EXPECT_EQ(exception_text("ValueError", Json::array()), "");
    EXPECT_EQ(exception_text("ValueError", Json::array({"why"})), "why");
    EXPECT_EQ(exception_text("KeyError", Json::array({"why"})), "'why'");
    EXPECT_EQ(
        exception_text("X", Json::array({"a", 2, nullptr, Json::array({3.5})})),
        "('a', 2, None, [3.5])"
    );
}

TEST(PythonRepr, IsFitForALog) {
    EXPECT_EQ(python_repr(Json("a\n\x1b[2J\xc2\x9b\xe2\x80\xa8")), R"('a\n\x1b[2J\x9b\u2028')");
}

TEST(PythonRepr, DoesNotMindDepthOrSize) {
    Json deep;
    for (int i = 0; i < 20'000; ++i) deep = Json::array({std::move(deep)});
    EXPECT_EQ(python_repr(deep, 0).size(), 40'004u);
    EXPECT_EQ(python_repr(deep), "[[[[...]]]]");
    EXPECT_LT(python_repr(Json(std::string(1'000'000, 'x'))).size(), 1'100u);
}

TEST(PythonRepr, ShowsTypedValuesThatPythonCouldNotReadAsObjects) {
    const Json strange = {{"__type__", "datetime"}, {"__value__", "yesterday"}};
    EXPECT_EQ(python_repr(strange), "{'__type__': 'datetime', '__value__': 'yesterday'}");
}

}  // namespace
}  // namespace taskworker
