#include "cli/node_format.hpp"

#include <gtest/gtest.h>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

TEST(NodeFormat, ExpandsWhatCeleryExpands) {
    const auto expand = [](std::string_view text, int index = 0) {
        return format_for_node(text, "w1@h1.example.org", index, "-f");
    };
    EXPECT_EQ(expand("/log/%n-%h-%d.log"), "/log/w1-h1.example.org-example.org.log");
    EXPECT_EQ(expand("%p"), "w1@h1.example.org");
    EXPECT_EQ(expand("%n%I.log"), "w1.log");
    EXPECT_EQ(expand("%n%I.log", 3), "w1-3.log");
    EXPECT_EQ(expand("%i.log"), "0.log");
    EXPECT_EQ(expand("%i.log", 3), "3.log");
    EXPECT_EQ(expand("100%%"), "100%");
    EXPECT_EQ(expand("50%"), "50%");
}

TEST(NodeFormat, TakesAHostWithoutDomain) {
    EXPECT_EQ(format_for_node("%n|%h|%d|", "w@h", 0, "-f"), "w|h||");
}

TEST(NodeFormat, NamesTheOptionOfAnUnknownSign) {
    try {
        format_for_node("%q.log", "w@h", 0, "--logfile");
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_EQ(std::string(error.what()).substr(0, 35), "--logfile %q.log: unknown %q; known");
    }
}

}  // namespace
}  // namespace taskworker
