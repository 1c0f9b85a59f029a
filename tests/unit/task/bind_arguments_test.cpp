#include "task/bind_arguments.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using Kind = Parameter::Kind;

TaskDef a_task(std::vector<Parameter> parameters, std::string name = "shop.add") {
    TaskDef task;
    task.name = std::move(name);
    task.parameters = std::move(parameters);
    return task;
}
Parameter needed(std::string name) { return {std::move(name), Kind::Plain, true, nullptr}; }
Parameter with_default(std::string name, Json value) {
    return {std::move(name), Kind::Plain, false, std::move(value)};
}
Parameter keyword(std::string name, bool required = true) {
    return {std::move(name), Kind::KeywordOnly, required, nullptr};
}
const Parameter kArgs{"args", Kind::Args, false, nullptr};
const Parameter kKwargs{"kwargs", Kind::Kwargs, false, nullptr};

// What was bound as JSON text, or the TypeError's text.
std::string bound(const TaskDef& task, const Json& args, const Json& kwargs = Json::object()) {
    const auto result = bind_arguments(task, args, kwargs);
    if (const auto* error = std::get_if<BindError>(&result)) return error->why;
    return Json(std::get<0>(result)).dump();
}
Json list(std::vector<Json> items) { return Json(std::move(items)); }

TEST(BindArguments, PositionalThenKeywordsThenDefaults) {
    const auto task = a_task({needed("x"), needed("y"), with_default("z", 9)});
    EXPECT_EQ(bound(task, list({1, 2})), "[1,2,9]");
    EXPECT_EQ(bound(task, list({1}), {{"y", 2}, {"z", 3}}), "[1,2,3]");
    EXPECT_EQ(bound(task, list({}), {{"y", 2}, {"x", 1}}), "[1,2,9]");
    EXPECT_EQ(bound(task, list({1, 2, nullptr})), "[1,2,null]");
    EXPECT_EQ(bound(a_task({}), list({})), "[]");
}

TEST(BindArguments, RestGoesToArgsAndKwargs) {
    const auto task = a_task({needed("x"), kArgs, keyword("k", false), kKwargs});
    EXPECT_EQ(bound(task, list({1, 2, 3}), {{"z", 5}, {"k", 4}}), R"([1,[2,3],4,{"z":5}])");
    EXPECT_EQ(bound(task, list({1})), "[1,[],null,{}]");
    EXPECT_EQ(
        bound(task, list({1}), {{"args", 5}, {"kwargs", 6}}), R"([1,[],null,{"args":5,"kwargs":6}])"
    );
}

// All texts below were printed by CPython 3.11.
TEST(BindArguments, MissingArgumentsAreNamedAsPythonDoes) {
    const auto four = a_task({needed("a"), needed("b"), needed("c"), needed("d")}, "f");
    EXPECT_EQ(
        bound(four, list({})), "f() missing 4 required positional arguments: 'a', 'b', 'c', and 'd'"
    );
    EXPECT_EQ(
        bound(four, list({1, 2})), "f() missing 2 required positional arguments: 'c' and 'd'"
    );
    EXPECT_EQ(bound(four, list({1, 2, 3})), "f() missing 1 required positional argument: 'd'");
    EXPECT_EQ(
        bound(four, list({1}), {{"c", 1}}),
        "f() missing 2 required positional arguments: 'b' and 'd'"
    );
    EXPECT_EQ(
        bound(a_task({keyword("a"), keyword("b")}, "h"), list({})),
        "h() missing 2 required keyword-only arguments: 'a' and 'b'"
    );
}

TEST(BindArguments, TooManyArgumentsAreCountedAsPythonDoes) {
    EXPECT_EQ(
        bound(a_task({}, "g"), list({1})), "g() takes 0 positional arguments but 1 was given"
    );
    EXPECT_EQ(
        bound(a_task({needed("x")}, "g"), list({1, 2})),
        "g() takes 1 positional argument but 2 were given"
    );
    const auto add = a_task({needed("x"), with_default("y", 1), keyword("k")});
    EXPECT_EQ(
        bound(add, list({1, 2, 3})), "add() takes from 1 to 2 positional arguments but 3 were given"
    );
    EXPECT_EQ(
        bound(add, list({1, 2, 3}), {{"k", 1}}),
        "add() takes from 1 to 2 positional arguments but 3 positional arguments (and 1 "
        "keyword-only argument) "
        "were given"
    );
    EXPECT_EQ(
        bound(a_task({keyword("k")}, "g"), list({1}), {{"k", 1}}),
        "g() takes 0 positional arguments but 1 positional argument (and 1 keyword-only argument) "
        "were given"
    );
}

TEST(BindArguments, WrongKeywordsComeBeforeWrongCounts) {
    const auto add = a_task({needed("x"), needed("y")});
    EXPECT_EQ(bound(add, list({}), {{"z", 1}}), "add() got an unexpected keyword argument 'z'");
    EXPECT_EQ(
        bound(add, list({1, 2, 3}), {{"x", 1}}), "add() got multiple values for argument 'x'"
    );
}

TEST(BindArguments, WhatIsNoListOrNoObjectIsATypeError) {
    const auto add = a_task({needed("x")});
    EXPECT_EQ(bound(add, 5), "shop.add() argument after * must be an iterable, not int");
    EXPECT_EQ(
        bound(add, list({}), nullptr),
        "shop.add() argument after ** must be a mapping, not NoneType"
    );
}

}  // namespace
}  // namespace taskworker
