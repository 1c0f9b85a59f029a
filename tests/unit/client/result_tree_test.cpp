#include "client/result_tree.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

Json tuple(const char* text) {
    auto read = parse_json(text);
    return std::get<Json>(read);
}

std::vector<std::string> ids(const std::vector<ResultTree>& nodes) {
    std::vector<std::string> all;
    for (const auto& node : nodes) all.push_back(node->id);
    return all;
}

TEST(ResultTree, IsReadAndWrittenWithoutLoss) {
    for (const char* text :
         {R"([["a", null], null])",
          R"([["c", [["b", [["a", null], null]], null]], null])",
          R"([["g", [["p", null], null]], [[["a", null], null], [["h", null], [[["b", null], null]]]]])",
          R"([["g", null], []])"}) {
        const auto tree = tree_of(tuple(text));
        ASSERT_TRUE(tree) << text;
        EXPECT_EQ(as_tuple(*tree), tuple(text));
    }
}

TEST(ResultTree, WhatIsNoTupleIsNone) {
    for (const char* text :
         {"null",
          "7",
          "[]",
          "[1, 2]",
          R"({"a": 1})",
          R"([[7, null], null])",
          R"([["", null], null])",
          R"([["a"]])"})
        EXPECT_FALSE(tree_of(tuple(text))) << text;
}

TEST(ResultTree, GroupsWithinGroupsHaveABottom) {
    std::string text = R"([["a", null], null])";
    for (int i = 0; i < 60; ++i) text = R"([["g", null], [)" + text + "]]";
    EXPECT_TRUE(tree_of(tuple(text.c_str())));
    Json deep = tuple(R"([["a", null], null])");
    for (int i = 0; i < 1000; ++i)
        deep = Json::array({Json::array({"g", nullptr}), Json::array({deep})});
    EXPECT_TRUE(tree_of(deep));
}

TEST(ResultTree, TheChildrenOfATaskAreItsTasks) {
    ResultRecord record;
    record.children =
        R"([[["a", null], null], [["g", null], [[["b", null], null], [["c", null], null]]], 7])";
    EXPECT_EQ(ids(children_of(record)), (std::vector<std::string>{"a", "b", "c"}));
    record.children = "null";
    EXPECT_TRUE(children_of(record).empty());
    record.children = "{broken";
    EXPECT_TRUE(children_of(record).empty());
}

TEST(ResultTree, AFailureIsReadAsItStands) {
    ResultRecord record;
    record.result =
        R"({"exc_type": "KeyError", "exc_message": ["goods"], "exc_module": "builtins"})";
    record.traceback = "Traceback";
    const auto failure = failure_of(record);
    EXPECT_EQ(failure.type, "KeyError");
    EXPECT_EQ(failure.message, "'goods'");
    EXPECT_EQ(failure.traceback, "Traceback");
    record.result = "7";
    EXPECT_EQ(failure_of(record).type, "Exception");
}

}  // namespace
}  // namespace taskworker
