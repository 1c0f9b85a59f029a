#include "message/json_list.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

struct ReadList {
    JsonList list;
    std::string error;
};

ReadList list_of(std::string_view text, const WireLimits& limits = {}) {
    ReadList read;
    JsonLexer lexer(text, limits);
    if (read_list(lexer, text, read.list) && !lexer.at_end()) lexer.unexpected();
    read.error = lexer.error();
    return read;
}

Json tree_of(std::string_view text) { return std::get<Json>(parse_json(text)); }

// Whatever the text: the list is what its tree is, down to nothing.
TEST(JsonList, GivesFromItsEndWhatTheTreeHas) {
    for (const char* text : {
             "[]",
             " [ ] ",
             "[1]",
             "[1, 2, 3]",
             "[1,2,3]",
             "[ 1\n,\t2 ,\r\n3 ]",
             R"([{"a": [1, {"b": [[]]}]}, {}, [], ""])",
             R"(["a,b", "],[", "\"],[\\", "\\\\", "[", "{"])",
             R"(["é", "\u00e9", "😀", "\ud83d\ude00", "\ud800", "\/"])",
             R"([{"a": 1, "a": 2}, {"x,y": "]"}, {"\u0061": 1, "a": 2}])",
             "[NaN, Infinity, -Infinity, 1e400, -0.0, 1.50, 123456789012345678901234567890]",
             "[null, true, false, null]",
         }) {
        auto [list, error] = list_of(text);
        ASSERT_EQ(error, "") << text;
        auto tree = tree_of(text);
        EXPECT_EQ(to_json_text(list.value()), to_json_text(tree)) << text;
        while (!list.empty()) {
            ASSERT_EQ(list.size(), tree.size()) << text;
            EXPECT_EQ(to_json_text(list.last()), to_json_text(tree.back())) << text;
            list = list.without_last();
            tree.erase(tree.size() - 1);
            EXPECT_EQ(to_json_text(list.value()), to_json_text(tree)) << text;
        }
        EXPECT_TRUE(tree.empty()) << text;
        EXPECT_FALSE(list.is_null());
    }
}

// Celery's form, which is ours: what is handed on has the bytes that dumping the tree would have.
TEST(JsonList, HandsOnTheBytesThatItsTreeWouldHave) {
    const std::string text =
        R"([{"task": "t.c", "args": [1, "\u00e9"], "kwargs": {}}, {"task": "t.b"}, {"task": "t.a"}])";
    const auto list = list_of(text).list;
    auto tree = tree_of(text);
    EXPECT_EQ(list.text(), to_json_text(tree));
    tree.erase(2);
    EXPECT_EQ(list.without_last().text(), to_json_text(tree));
    EXPECT_EQ(JsonList(tree), list.without_last());
}

TEST(JsonList, WhatIsNoListIsRefusedAsTheTreeIs) {
    for (const char* text :
         {"",
          "[",
          "[1",
          "[1,",
          "[1,]",
          "[,1]",
          "[1 2]",
          "[1]]",
          "[\"a]",
          "[\"\\x\"]",
          "[\"\n\"]",
          "[\"\\u12\"]",
          "[01]",
          "[nul]",
          "[{\"a\"}]",
          "[{1: 2}]",
          "[{\"a\": 1,}]",
          "[}",
          "[(1)]"}) {
        const auto read = list_of(text);
        const auto tree = parse_json(text);
        ASSERT_TRUE(std::holds_alternative<JsonError>(tree)) << text;
        EXPECT_EQ(read.error, std::get<JsonError>(tree).why) << text;
    }
    EXPECT_NE(list_of("{}").error, "");
    EXPECT_NE(list_of("1").error, "");
}

TEST(JsonList, TheLimitsAreThoseOfTheTree) {
    const std::string deep = std::string(50, '[') + std::string(50, ']');
    EXPECT_EQ(list_of(deep, {.depth = 50}).error, "");
    EXPECT_EQ(
        list_of(deep, {.depth = 49}).error, std::get<JsonError>(parse_json(deep, {.depth = 49})).why
    );
    EXPECT_EQ(list_of("[1, [2, 3]]", {.values = 5}).error, "");
    EXPECT_TRUE(list_of("[1, [2, 3]]", {.values = 4}).error.starts_with("too many values"));
}

TEST(JsonList, NullIsNoEmptyList) {
    EXPECT_EQ(JsonList().text(), "null");
    EXPECT_TRUE(JsonList().empty());
    EXPECT_EQ(JsonList().value(), Json());
    EXPECT_EQ(JsonList(Json()), JsonList());
    EXPECT_NE(JsonList(Json::array()), JsonList());
    EXPECT_EQ(JsonList(Json::array()).text(), "[]");
    EXPECT_THROW(JsonList(Json::object()), std::invalid_argument);
    EXPECT_THROW(JsonList(Json("[]")), std::invalid_argument);
}

TEST(JsonList, KnowsWhetherItHoldsObjectsAlone) {
    EXPECT_TRUE(list_of("[]").list.holds_objects());
    EXPECT_TRUE(list_of(R"([{}, {"a": 1}])").list.holds_objects());
    EXPECT_FALSE(list_of(R"([{}, 1])").list.holds_objects());
    EXPECT_FALSE(list_of(R"(["{}"])").list.holds_objects());
}

}  // namespace
}  // namespace taskworker
