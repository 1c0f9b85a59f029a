#include "redis/reply_reader.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "redis/error.hpp"

namespace taskworker::redis {
namespace {

using Type = Reply::Type;

TEST(ReplyReader, ReadsEveryKindOfReply) {
    ReplyReader reader;
    using namespace std::string_literals;
    const auto bytes =
        "+OK\r\n-ERR no\r\n:-7\r\n$5\r\na\0b\r\n\r\n$-1\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n*-1\r\n*0\r\n"s;
    reader.feed(bytes.data(), bytes.size());
    EXPECT_TRUE(reader.next()->is("OK"));
    const auto error = *reader.next();
    EXPECT_TRUE(error.error() && error.text == "ERR no" && !error.is("ERR no"));
    EXPECT_EQ(reader.next()->integer, -7);
    EXPECT_EQ(reader.next()->text, std::string("a\0b\r\n", 5));
    EXPECT_TRUE(reader.next()->nil());
    const auto array = *reader.next();
    ASSERT_EQ(array.items.size(), 2u);
    EXPECT_EQ(array.items[0].integer, 1);
    EXPECT_EQ(array.items[1].items.at(0).text, "x");
    EXPECT_TRUE(reader.next()->nil());
    const auto empty = *reader.next();
    EXPECT_TRUE(empty.type == Type::Array && empty.items.empty());
    EXPECT_FALSE(reader.next());
}

TEST(ReplyReader, WaitsForTheRestOfAReply) {
    ReplyReader reader;
    const std::string bytes = "*2\r\n$3\r\nabc\r\n$2\r\nde\r\n";
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        reader.feed(&bytes[i], 1);
        EXPECT_FALSE(reader.next()) << i;
    }
    reader.feed(&bytes.back(), 1);
    EXPECT_EQ(reader.next()->items.at(1).text, "de");
}

TEST(ReplyReader, TakesNoMemoryForWhatIsOnlyAnnounced) {
    ReplyReader reader;
    const std::string bytes = "*99999991\r\n*88888888\r\n:1\r\n";
    const auto before = ::mallinfo2().hblkhd;
    reader.feed(bytes.data(), bytes.size());
    EXPECT_FALSE(reader.next());
    EXPECT_LT(::mallinfo2().hblkhd, before + (16u << 20));
}

TEST(ReplyReader, ReadsMoreElementsThanItReservesAtFirst) {
    ReplyReader reader;
    std::string bytes = "*5000\r\n";
    for (int i = 0; i < 5000; ++i) bytes += "*1\r\n:" + std::to_string(i) + "\r\n";
    reader.feed(bytes.data(), bytes.size());
    const auto reply = *reader.next();
    ASSERT_EQ(reply.items.size(), 5000u);
    for (int i = 0; i < 5000; ++i)
        EXPECT_EQ(reply.items[static_cast<std::size_t>(i)].items.at(0).integer, i);
}

TEST(ReplyReader, LongTextsHaveRoomBehindThemForAParser) {
    ReplyReader reader;
    const std::string text(1000, 'x'), bytes = "$1000\r\n" + text + "\r\n";
    reader.feed(bytes.data(), bytes.size());
    const auto reply = *reader.next();
    EXPECT_EQ(reply.text, text);
    EXPECT_GE(reply.text.capacity(), 1064u);
}

TEST(ReplyReader, WhatIsNoReplyIsAProtocolError) {
    ReplyReader reader;
    reader.feed("HTTP/1.1 400\r\n", 14);
    try {
        reader.next();
        FAIL() << "read";
    } catch (const RedisError& error) {
        EXPECT_EQ(error.kind(), RedisError::Kind::Protocol);
    }
}

TEST(KindOfError, IsKnownByTheFirstWord) {
    using Kind = RedisError::Kind;
    EXPECT_EQ(kind_of("NOAUTH Authentication required."), Kind::Auth);
    EXPECT_EQ(kind_of("WRONGPASS invalid username-password pair or user is disabled."), Kind::Auth);
    EXPECT_EQ(kind_of("LOADING Redis is loading the dataset in memory"), Kind::Loading);
    EXPECT_EQ(kind_of("READONLY You can't write against a read only replica."), Kind::ReadOnly);
    EXPECT_EQ(kind_of("MISCONF Errors writing to the AOF file"), Kind::ReadOnly);
    EXPECT_EQ(
        kind_of("OOM command not allowed when used memory > 'maxmemory'."), Kind::OutOfMemory
    );
    EXPECT_EQ(kind_of("NOSCRIPT No matching script."), Kind::NoScript);
    EXPECT_EQ(kind_of("WRONGTYPE Operation against a key"), Kind::WrongType);
    EXPECT_EQ(kind_of("NOPERM this user has no permissions"), Kind::NoPermission);
    EXPECT_EQ(
        kind_of("ERR The user executing the script can't run this command or subcommand script: x"),
        Kind::NoPermission
    );
    EXPECT_EQ(kind_of("ERR unknown command"), Kind::Other);
    EXPECT_EQ(kind_of(""), Kind::Other);
}

}  // namespace
}  // namespace taskworker::redis
