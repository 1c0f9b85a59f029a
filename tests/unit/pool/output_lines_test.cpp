#include "pool/output_lines.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

class OutputLinesTest : public testing::Test {
protected:
    void feed(std::uint64_t seq, std::string_view bytes) { lines_.feed(seq, bytes, note()); }
    void end() { lines_.end(note()); }
    std::function<void(std::uint64_t, std::string_view)> note() {
        return [this](std::uint64_t seq, std::string_view line) {
            seen_ += std::to_string(seq) + ":" + std::string(line) + "|";
        };
    }
    OutputLines lines_;
    std::string seen_;
};

TEST_F(OutputLinesTest, AreCutAtLineBreaksWhereverTheBytesAreCut) {
    feed(1, "on");
    feed(1, "e\ntwo\nthr");
    EXPECT_EQ(seen_, "1:one|1:two|");
    feed(1, "ee\n");
    EXPECT_EQ(seen_, "1:one|1:two|1:three|");
}

TEST_F(OutputLinesTest, EndWithTheJobThatBeganThem) {
    feed(1, "one");
    feed(2, "two\n");
    EXPECT_EQ(seen_, "1:one|2:two|");
}

TEST_F(OutputLinesTest, AreShownWithoutALineBreakWhenNothingComesAnyMore) {
    feed(1, "one");
    end();
    end();
    EXPECT_EQ(seen_, "1:one|");
}

TEST_F(OutputLinesTest, LeaveOutEmptyOnesAndCarriageReturns) {
    feed(1, "\n\r\none\r\n\n");
    EXPECT_EQ(seen_, "1:one|");
}

TEST_F(OutputLinesTest, AreBounded) {
    std::size_t longest = 0;
    lines_.feed(1, std::string(100'000, 'x'), [&](std::uint64_t, std::string_view line) {
        longest = std::max(longest, line.size());
    });
    EXPECT_EQ(longest, OutputLines::kLongest);
}

}  // namespace
}  // namespace taskworker
