#include "task/options.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "task/backoff.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

TEST(RateLimit, IsANumberPerUnitOfTime) {
    EXPECT_DOUBLE_EQ(RateLimit("10/s").per_second(), 10);
    EXPECT_DOUBLE_EQ(RateLimit("10").per_second(), 10);
    EXPECT_DOUBLE_EQ(RateLimit("90/m").per_second(), 1.5);
    EXPECT_DOUBLE_EQ(RateLimit("36/h").per_second(), 0.01);
    EXPECT_DOUBLE_EQ(RateLimit("0.5/s").per_second(), 0.5);
    EXPECT_DOUBLE_EQ(RateLimit("0/m").per_second(), 0);
    EXPECT_DOUBLE_EQ(RateLimit("4/").per_second(), 4);
}

TEST(RateLimit, RefusesWhatItCannotRead) {
    for (const char* text :
         {"", "/s", "fast", "10/d", "10/minute", "-1/s", "nan/s", "inf", "1e999", "10 /s"}) {
        EXPECT_THROW(RateLimit{text}, ConfigError) << text;
    }
}

TEST(Options, TheRequestWinsOverTheTaskAndTheTaskOverTheSettings) {
    Settings settings;
    settings.task_time_limit = 30s;
    settings.task_ignore_result = true;
    settings.task_acks_late = true;
    TaskOptions task;
    Request request;
    EXPECT_EQ(resolve(task, request, settings).time_limit, Seconds(30));
    EXPECT_TRUE(resolve(task, request, settings).ignore_result);
    task.time_limit = 20s;
    task.ignore_result = false;
    task.acks_late = false;
    EXPECT_EQ(resolve(task, request, settings).time_limit, Seconds(20));
    EXPECT_FALSE(resolve(task, request, settings).ignore_result);
    EXPECT_FALSE(resolve(task, request, settings).acks_late);
    request.time_limit = 10s;
    request.ignore_result = true;
    EXPECT_EQ(resolve(task, request, settings).time_limit, Seconds(10));
    EXPECT_TRUE(resolve(task, request, settings).ignore_result);
}

TEST(Options, ATimeLimitOfZeroIsNoneGiven) {
    Settings settings;
    settings.task_soft_time_limit = 5s;
    Request request;
    request.soft_time_limit = 0s;
    request.time_limit = 0s;
    EXPECT_EQ(resolve({}, request, settings).soft_time_limit, Seconds(5));
    EXPECT_EQ(resolve({}, request, settings).time_limit, std::nullopt);
}

TEST(Options, DefaultsAreCelerys) {
    const auto options = resolve({}, {}, {});
    EXPECT_EQ(options.max_retries, 3);
    EXPECT_EQ(options.default_retry_delay, Seconds(180));
    EXPECT_TRUE(options.acks_on_failure_or_timeout);
    EXPECT_FALSE(options.acks_late || options.reject_on_worker_lost || options.track_started);
    EXPECT_EQ(options.rate_per_second, 0);
}

TEST(Backoff, DoublesUpToItsMaximum) {
    Luck luck(1);
    const RetryBackoff backoff{.factor = 3s, .max = 20s, .jitter = false};
    EXPECT_EQ(backoff_interval(backoff, 0, luck), Seconds(3));
    EXPECT_EQ(backoff_interval(backoff, 1, luck), Seconds(6));
    EXPECT_EQ(backoff_interval(backoff, 2, luck), Seconds(12));
    EXPECT_EQ(backoff_interval(backoff, 3, luck), Seconds(20));
    EXPECT_EQ(backoff_interval(backoff, 2'000'000'000, luck), Seconds(20));
}

TEST(Backoff, AFactorBelowOneSecondIsOneAsInCelery) {
    Luck luck(1);
    EXPECT_EQ(backoff_interval({.factor = 500ms, .jitter = false}, 0, luck), Seconds(1));
    EXPECT_EQ(backoff_interval({.factor = 2500ms, .jitter = false}, 1, luck), Seconds(4));
}

TEST(Backoff, JitterDrawsWholeSecondsFromZeroToTheWait) {
    Luck luck(7);
    std::array<int, 5> seen{};
    for (int i = 0; i < 2000; ++i) {
        const double wait = backoff_interval({.factor = 1s, .jitter = true}, 2, luck).count();
        ASSERT_EQ(wait, std::floor(wait));
        ++seen.at(static_cast<std::size_t>(wait));
    }
    for (const int times : seen) EXPECT_NEAR(times, 400, 100);
}

}  // namespace
}  // namespace taskworker
