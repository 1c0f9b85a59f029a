#include "pool/child_frames.hpp"

#include <gtest/gtest.h>

#include <random>

namespace taskworker {
namespace {

Failure a_failure() {
    return {
        "SmsGatewayError",
        "cpp.errors",
        Json::array({"boom", 3, nullptr}),
        "boom",
        "Traceback…",
        true};
}

RetryLater a_retry() {
    RetryLater retry;
    retry.eta = TimePoint(std::chrono::microseconds(1'700'000'000'123'456));
    retry.countdown = Seconds(2.5);
    retry.cause = a_failure();
    retry.message = "later";
    retry.args = Json::array({1, "é"});
    retry.kwargs = Json::object({{"z", 1}, {"a", Json::array()}});
    retry.priority = 7;
    retry.queue = "other";
    retry.expires = Seconds(60);
    retry.time_limit = Seconds(30);
    retry.soft_time_limit = Seconds(10);
    retry.headers = Json::object({{"x", "y"}});
    retry.traceback = "tb";
    return retry;
}

std::vector<Frame> one_of_each() {
    return {
        InitFrame{42, "ForkPoolWorker-1", "celery@h", std::string("a\0b", 3), 1000, true},
        JobFrame{
            7,
            "tag",
            "queue",
            "queue\x06\x16"
            "3",
            true,
            std::string(3000, 'x')},
        SoftLimitFrame{7},
        RecallFrame{},
        StopFrame{},
        HelloFrame{43, "abcdef", 0xfedcba9876543210u},
        LoadFailedFrame{"no module"},
        StartedFrame{7, 1'700'000'000'000'000},
        StateFrame{7, "PROGRESS", R"({"done": 1})"},
        EventFrame{7, 1, "task-mine", "{}"},
        LogFrame{2, "t", "id", "text"},
        OutcomeFrame{7, 0.25, Success{nullptr, "\"ok\"", "'ok'"}},
        OutcomeFrame{7, 0.25, a_failure()},
        OutcomeFrame{7, 0.25, a_retry()},
        OutcomeFrame{7, 0.25, RetryLater{}},
        OutcomeFrame{7, 0.25, Rejected{true, "why"}},
        OutcomeFrame{7, 0.25, Ignored{}},
        OutcomeFrame{7, 0.25, Revoked{Revoked::Why::Terminated}},
        OutcomeFrame{7, 0.25, Unregistered{}},
        OutcomeFrame{7, 0.25, Undecodable{"bad body"}},
        ReturnedFrame{{1, 2, 3}},
        ReturnedFrame{},
        MemoryFrame{123456},
    };
}

std::string encoded(const Frame& frame) {
    std::string out;
    encode_frame(out, frame);
    return out;
}

std::string without_length(const Frame& frame) { return encoded(frame).substr(4); }

TEST(ChildFrames, EveryFrameComesBackAsItWas) {
    for (const auto& frame : one_of_each()) {
        const auto back = decode_frame(without_length(frame));
        ASSERT_TRUE(back) << frame.index();
        EXPECT_TRUE(*back == frame) << frame.index();
    }
}

TEST(ChildFrames, AJobEncodedFromItsPartsIsTheJobFrame) {
    std::string out;
    encode_job(out, 7, "tag", "queue", "list", true, "raw");
    EXPECT_EQ(out, encoded(JobFrame{7, "tag", "queue", "list", true, "raw"}));
}

TEST(ChildFrames, ASuccessTravelsAsTextWithoutItsValue) {
    const auto back = decode_frame(without_length(OutcomeFrame{
        1, 0, Success{Json::array({1, 2}), "[1, 2]", "[1, 2]"}}));
    EXPECT_EQ(std::get<OutcomeFrame>(*back).outcome, Outcome(Success{nullptr, "[1, 2]", "[1, 2]"}));
}

TEST(ChildFrames, NoTruncatedOrProlongedFrameIsAccepted) {
    for (const auto& frame : one_of_each()) {
        const auto bytes = without_length(frame);
        for (std::size_t size = 0; size < bytes.size(); size += size < 200 ? 1 : 97) {
            EXPECT_FALSE(decode_frame(bytes.substr(0, size)))
                << frame.index() << " cut to " << size;
        }
        EXPECT_FALSE(decode_frame(bytes + "x")) << frame.index();
    }
}

TEST(ChildFrames, BytesThatWereChangedDecodeToSomeFrameOrToNoneButNeverHarm) {
    std::mt19937 dice(1);
    for (const auto& frame : one_of_each()) {
        const auto bytes = without_length(frame);
        for (int i = 0; i < 300; ++i) {
            auto changed = bytes;
            for (int n = 0; n < 3; ++n)
                changed[dice() % changed.size()] = static_cast<char>(dice());
            decode_frame(changed);
        }
    }
    for (int i = 0; i < 5000; ++i) {
        std::string noise(dice() % 64, '\0');
        for (auto& byte : noise) byte = static_cast<char>(dice());
        decode_frame(noise);
    }
}

TEST(ChildFrames, ACountBeyondTheBytesReservesNoMemory) {
    auto bytes = without_length(ReturnedFrame{{1}});
    bytes[1] = bytes[2] = bytes[3] = bytes[4] = '\xff';
    EXPECT_FALSE(decode_frame(bytes));
}

TEST(FrameReader, CutsAStreamThatComesInAnyPiecesIntoItsFrames) {
    std::string stream;
    for (const auto& frame : one_of_each()) encode_frame(stream, frame);
    for (const std::size_t piece : {1u, 3u, 100u, 100'000u}) {
        FrameReader reader;
        std::vector<Frame> frames;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(std::string_view(stream).substr(at, piece));
            while (auto frame = reader.next()) frames.push_back(std::move(*frame));
        }
        EXPECT_TRUE(frames == one_of_each()) << "pieces of " << piece;
        EXPECT_EQ(reader.total(), stream.size());
        EXPECT_FALSE(reader.broken());
    }
}

TEST(FrameReader, ALengthThatCannotBeBreaksTheStream) {
    FrameReader huge, zero;
    huge.feed(std::string_view("\xff\xff\xff\xff", 4));
    EXPECT_FALSE(huge.next());
    EXPECT_TRUE(huge.broken());
    zero.feed(std::string_view("\0\0\0\0", 4));
    EXPECT_FALSE(zero.next());
    EXPECT_TRUE(zero.broken());
}

TEST(FrameReader, AnUnknownKindBreaksTheStreamForGood) {
    FrameReader reader;
    reader.feed(std::string_view("\1\0\0\0\xee", 5));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken());
    reader.feed(encoded(StopFrame{}));
    EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace taskworker
