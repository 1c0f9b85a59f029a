#include "redis/command.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace taskworker::redis {
namespace {

TEST(CommandWriter, WritesArgvWithTheSizeOfEveryArgument) {
    CommandWriter out;
    out.command("SET", std::string("k\0\r\n", 4), "");
    EXPECT_EQ(out.buffer(), std::string("*3\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$0\r\n\r\n", 29));
}

TEST(CommandWriter, WritesNumbersAsText) {
    CommandWriter out;
    out.command("X", -1, std::int64_t{1} << 62, std::size_t{0});
    EXPECT_EQ(
        out.buffer(), "*4\r\n$1\r\nX\r\n$2\r\n-1\r\n$19\r\n4611686018427387904\r\n$1\r\n0\r\n"
    );
}

TEST(CommandWriter, JoinsPiecesIntoOneArgument) {
    CommandWriter out;
    out.begin(1);
    out.arg({"[", "message", "]"});
    EXPECT_EQ(out.buffer(), "*1\r\n$9\r\n[message]\r\n");
}

TEST(CommandWriter, CountsCommandsSinceTheLastCall) {
    CommandWriter out;
    out.command("A");
    out.command("B", "c");
    EXPECT_EQ(out.take_count(), 2u);
    EXPECT_EQ(out.take_count(), 0u);
}

}  // namespace
}  // namespace taskworker::redis
