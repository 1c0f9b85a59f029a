#include "cli/node_name.hpp"

#include <gtest/gtest.h>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

const std::string kHost = "box.example.com";

TEST(NodeName, CompletesWhatIsMissingAsCeleryDoes) {
    EXPECT_EQ(expand_node_name("", kHost), "celery@box.example.com");
    EXPECT_EQ(expand_node_name("w1@h", kHost), "w1@h");
    EXPECT_EQ(expand_node_name("w1@", kHost), "w1@box.example.com");
    EXPECT_EQ(expand_node_name("@h", kHost), "celery@h");
    EXPECT_EQ(expand_node_name("w1", kHost), "celery@w1");
    EXPECT_EQ(expand_node_name("a@b@c", kHost), "a@b@c");
}

TEST(NodeName, ExpandsTheAbbreviations) {
    EXPECT_EQ(expand_node_name("w1@%h", kHost), "w1@box.example.com");
    EXPECT_EQ(expand_node_name("%n@%d", kHost), "box@example.com");
    EXPECT_EQ(expand_node_name("w%i%I@h", kHost), "w0@h");
    EXPECT_EQ(expand_node_name("50%%@h", kHost), "50%@h");
    EXPECT_EQ(expand_node_name("w%", kHost), "celery@w%");
}

TEST(NodeName, RefusesWhatNobodyCouldAddress) {
    EXPECT_THROW(expand_node_name("w1@%x", kHost), ConfigError);
    EXPECT_THROW(expand_node_name("w1@%d", "box"), ConfigError);  // no domain: an empty host
    EXPECT_THROW(expand_node_name("w 1@h", kHost), ConfigError);
    EXPECT_THROW(expand_node_name("w1@h\n", kHost), ConfigError);
    EXPECT_THROW(expand_node_name(std::string(300, 'x'), kHost), ConfigError);
}

}  // namespace
}  // namespace taskworker
