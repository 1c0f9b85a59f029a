#include <gtest/gtest.h>

#include "redis/connection.hpp"

namespace taskworker::redis {
namespace {

TEST(ServerInfo, ComparesVersionsByNumber) {
    EXPECT_TRUE((ServerInfo{.version = "7.0.15"}.at_least(7, 0)));
    EXPECT_TRUE((ServerInfo{.version = "10.2.0"}.at_least(7, 4)));
    EXPECT_TRUE((ServerInfo{.version = "6.2"}.at_least(6, 2)));
    EXPECT_FALSE((ServerInfo{.version = "6.0.16"}.at_least(6, 2)));
    EXPECT_FALSE((ServerInfo{.version = "5.0.14"}.at_least(6, 2)));
    EXPECT_FALSE((ServerInfo{.version = ""}.at_least(6, 2)));
    EXPECT_TRUE((ServerInfo{.version = "8.0.1", .valkey = true}.at_least(7, 0)));
}

}  // namespace
}  // namespace taskworker::redis
