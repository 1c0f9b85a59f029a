#include "cli/new_module.hpp"

#include <gtest/gtest.h>

#include <set>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::string wrong(std::string_view name) {
    try {
        new_module(name);
        return "nothing is wrong";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(NewModule, HasABuildTasksATestAndAReadme) {
    std::set<std::string> names;
    for (const auto& file : new_module("shop")) {
        names.insert(file.name);
        EXPECT_EQ(file.text.find('@'), std::string::npos) << file.name;
        if (file.name == "app.cpp") {
            EXPECT_NE(file.text.find("TASKWORKER_MODULE(app)"), std::string::npos);
        }
    }
    EXPECT_EQ(
        names,
        (std::set<std::string>{
            ".gitignore", "CMakeLists.txt", "README.md", "app.cpp", "app_test.cpp", "tasks.hpp"})
    );
}

TEST(NewModule, TakesWordsOfCppAsNames) { EXPECT_NO_THROW(new_module("class")); }

TEST(NewModule, ProposesANameWhereOneIsWrong) {
    EXPECT_EQ(
        wrong("my-shop"),
        "new 'my-shop': must be letters, digits and _, a letter first, e.g. my_shop"
    );
    EXPECT_EQ(
        wrong("../x"), "new '../x': must be letters, digits and _, a letter first, e.g. tasks____x"
    );
    EXPECT_EQ(wrong("test"), "new test: that name is taken, e.g. test_tasks is not");
    EXPECT_NE(wrong(std::string(1000, 'x')).find("letters"), std::string::npos);
}

}  // namespace
}  // namespace taskworker
