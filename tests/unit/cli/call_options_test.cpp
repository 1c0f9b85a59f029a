#include "cli/call_options.hpp"

#include <gtest/gtest.h>

#include "base/iso_time.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::string error_of(const CallCommand& options) {
    try {
        read_call(options);
        return "no error";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

TEST(CallOptions, ReadArgumentsAsJson) {
    const auto call = read_call(
        {.task = "t", .args = R"([1, "é", 12345678901234567890123])", .kwargs = R"({"k": null})"}
    );
    EXPECT_EQ(call.args.size(), 3u);
    EXPECT_TRUE(call.args[2].is_binary());  // a big integer stays whole
    EXPECT_TRUE(call.kwargs.contains("k"));
}

TEST(CallOptions, HaveNoArgumentsWhenNoneAreGiven) {
    const auto call = read_call({.task = "t"});
    EXPECT_EQ(call.args, Json::array());
    EXPECT_EQ(call.kwargs, Json::object());
    EXPECT_FALSE(call.queue || call.eta || call.countdown || call.priority);
}

TEST(CallOptions, ReadTimes) {
    const auto call = read_call(
        {.task = "t", .eta = "2024-05-01T10:00:00+02:00", .countdown = "1.5", .expires = "60"}
    );
    EXPECT_EQ(call.eta, parse_iso_time("2024-05-01T08:00:00Z"));
    EXPECT_EQ(call.countdown, Seconds(1.5));
    EXPECT_EQ(call.expires_in, Seconds(60));
    const auto other = read_call({.task = "t", .expires = "2024-05-01"});
    EXPECT_EQ(other.expires, parse_iso_time("2024-05-01T00:00:00Z"));
}

TEST(CallOptions, ReadTheForm) {
    const auto call = read_call({.task = "t", .serializer = "msgpack", .compression = "xz"});
    EXPECT_EQ(call.serializer, Serializer::Msgpack);
    EXPECT_EQ(call.compression, Codec::Xz);
    EXPECT_EQ(read_call({.task = "t"}).serializer, std::nullopt);
}

TEST(CallOptions, NameTheOptionAndTheRule) {
    EXPECT_EQ(
        error_of({.task = "t", .serializer = "pickle"}),
        "--serializer pickle: must be one of json, yaml, msgpack"
    );
    EXPECT_EQ(
        error_of({.task = "t", .compression = "rar"}),
        "--compression rar: must be one of gzip, zlib, bzip2, lzma, xz, zstd, brotli"
    );
    EXPECT_EQ(
        error_of({.task = "t", .args = "{}"}), "--args {}: must be a JSON list, e.g. '[1, \"a\"]'"
    );
    EXPECT_EQ(
        error_of({.task = "t", .args = "[1"}).substr(0, 34), "--args [1: must be a JSON list, e."
    );
    EXPECT_EQ(
        error_of({.task = "t", .kwargs = "[]"}),
        "--kwargs []: must be a JSON object, e.g. '{\"goods\": 7}'"
    );
    EXPECT_EQ(
        error_of({.task = "t", .countdown = "-1"}),
        "--countdown -1: must be a number of seconds, 0 or more"
    );
    EXPECT_NE(
        error_of({.task = "t", .eta = "soon"}).find("--eta soon: must be a time"), std::string::npos
    );
    EXPECT_NE(error_of({.task = "t", .expires = "soon"}).find("--expires soon"), std::string::npos);
    EXPECT_EQ(
        error_of({.task = "t", .priority = "high"}),
        "--priority high: must be a whole number from 0 to 255"
    );
    EXPECT_NE(error_of({}).find("the name of a task is missing"), std::string::npos);
}

}  // namespace
}  // namespace taskworker
