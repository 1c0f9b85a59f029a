#include "base/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <regex>
#include <thread>
#include <vector>

namespace taskworker {
namespace {

const std::string kTime = R"(\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: )";

// Logs into a pipe and gives back what came out.
class Log : public testing::Test {
protected:
    void SetUp() override { ASSERT_EQ(::pipe(pipe_), 0); }
    void TearDown() override {
        log::stop();
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }
    void start(log::Options options) {
        options.descriptor = pipe_[1];
        log::start(options);
    }
    std::string written() {
        log::flush();
        char buffer[65536];
        const auto n = ::read(pipe_[0], buffer, sizeof buffer);
        return n > 0 ? std::string(buffer, static_cast<std::size_t>(n)) : std::string();
    }
    int pipe_[2] = {-1, -1};
};

void expect_matches(const std::string& text, const std::string& pattern) {
    EXPECT_TRUE(std::regex_match(text, std::regex(pattern))) << text;
}

TEST_F(Log, WritesLinesAsCelery) {
    start({.level = log::Level::Info});
    log::info("{} ready.", "w1@h1");
    expect_matches(written(), kTime + R"(INFO/MainProcess\] w1@h1 ready\.\n)");
}

TEST_F(Log, NamesTheProcessAndTheTask) {
    start({.level = log::Level::Info, .asynchronous = false});
    log::task(log::Level::Warning, "ForkPoolWorker-1", "shop.send_sms", "3f0c", "slow");
    expect_matches(
        written(), kTime + R"(WARNING/ForkPoolWorker-1\] shop\.send_sms\[3f0c\]: slow\n)"
    );
}

TEST_F(Log, LeavesOutWhatIsBelowTheLevel) {
    start({.level = log::Level::Error});
    log::warning("no");
    log::error("yes");
    expect_matches(written(), kTime + R"(ERROR/MainProcess\] yes\n)");
    EXPECT_FALSE(log::enabled(log::Level::Info));
}

TEST_F(Log, ColoursWholeLinesWhenForced) {
    start({.level = log::Level::Debug, .colour = true});
    log::error("red");
    expect_matches(written(), "\033\\[1;31m" + kTime + "ERROR/MainProcess\\] red\033\\[0m\n");
    log::info("plain");
    expect_matches(written(), kTime + "INFO/MainProcess\\] plain\n");
}

TEST_F(Log, DoesNotColourAPipe) {
    start({.level = log::Level::Debug});
    log::critical("x");
    EXPECT_EQ(written().find('\033'), std::string::npos);
}

TEST_F(Log, LetsNoMessageForgeALine) {
    start({.level = log::Level::Info, .asynchronous = false});
    log::info(
        "{}",
        "a\n[2024-05-01 10:00:00,123: INFO/MainProcess] forged\r\033[2Jb\x7f\xc2\x9b"
        "1m\té"
    );
    expect_matches(
        written(),
        kTime + R"(INFO/MainProcess\] a\n  \[2024.* forged\\x0d\\x1b\[2Jb\\x7f\\x9b1m	é\n)"
    );
    log::task(log::Level::Info, "P", "n\n[x", "id\n", "t");
    expect_matches(written(), kTime + R"(INFO/P\] n\\n\[x\[id\\n\]: t\n)");
}

TEST_F(Log, KeepsTheLinesOfATraceback) {
    start({.level = log::Level::Info});
    log::error("raised\nTraceback (most recent call last):\n  File \"x\"\nValueError: [1]");
    expect_matches(
        written(),
        kTime + R"(ERROR/MainProcess\] raised\nTraceback[^\n]*\n  File "x"\nValueError: \[1\]\n)"
    );
}

TEST_F(Log, LosesNothingWhenManyThreadsWriteAndItIsStopped) {
    std::vector<std::string> lines;
    log::start({.level = log::Level::Info, .sink = [&](log::Level, std::string_view line) {
                    lines.emplace_back(line);
                }});
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 4; ++i) {
            writers.emplace_back([] {
                for (int n = 0; n < 500; ++n) log::info("{}", n);
            });
        }
    }
    log::stop();
    EXPECT_EQ(lines.size(), 2000u);
}

TEST_F(Log, PassesRawLinesOn) {
    start({.level = log::Level::Info});
    log::raw(log::Level::Info, "[made elsewhere] x");
    EXPECT_EQ(written(), "[made elsewhere] x\n");
}

TEST(LogLevel, IsReadFromPythonsNames) {
    EXPECT_EQ(log::level_from("info"), log::Level::Info);
    EXPECT_EQ(log::level_from("WARN"), log::Level::Warning);
    EXPECT_EQ(log::level_from("fatal"), log::Level::Critical);
    EXPECT_EQ(log::level_from("loud"), std::nullopt);
}

}  // namespace
}  // namespace taskworker
