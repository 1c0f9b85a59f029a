#include "lifecycle/rate_limiter.hpp"

#include <gtest/gtest.h>

#include "unit/lifecycle/now.hpp"

namespace taskworker {
namespace {

using testing::kNow;

using namespace std::chrono_literals;

TEST(RateLimiter, LetsTheFirstPassAtOnceAndTheNextOneIntervalLater) {
    RateLimiter limiter{RateLimit("4/s")};
    EXPECT_EQ(limiter.take(kNow), std::nullopt);
    EXPECT_EQ(limiter.take(kNow), kNow + 250ms);
    EXPECT_EQ(limiter.take(kNow + 249ms), kNow + 250ms);
    EXPECT_EQ(limiter.take(kNow + 250ms), std::nullopt);
    EXPECT_EQ(limiter.take(kNow + 250ms), kNow + 500ms);
}

TEST(RateLimiter, SavesNoMoreThanOneToken) {
    RateLimiter limiter{RateLimit("1/m")};
    EXPECT_EQ(limiter.take(kNow), std::nullopt);
    EXPECT_EQ(limiter.take(kNow + 1h), std::nullopt);
    EXPECT_EQ(limiter.take(kNow + 1h), kNow + 1h + 1min);
}

TEST(RateLimiter, AsksOfWaitersDoNotPushTheTimeBack) {
    RateLimiter limiter{RateLimit("1/s")};
    limiter.take(kNow);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.take(kNow + 100ms), kNow + 1s);
}

TEST(RateLimiter, ZeroIsUnlimited) {
    RateLimiter limiter{RateLimit("0")};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take(kNow), std::nullopt);
}

TEST(RateLimiter, AClockThatWasSetBackCostsAtMostOneInterval) {
    RateLimiter limiter{RateLimit("1/s")};
    limiter.take(kNow);
    EXPECT_EQ(limiter.take(kNow - 1h), kNow - 1h + 1s);
}

TEST(RateLimiter, ATinyRateDoesNotOverflow) {
    RateLimiter limiter{RateLimit("0.000000001/h")};
    limiter.take(kNow);
    EXPECT_GT(*limiter.take(kNow), kNow + 24h);
}

TEST(RateLimitOf, TakesTheTasksOwnLimitElseTheAppsElseNone) {
    Settings settings;
    TaskDef task;
    EXPECT_EQ(rate_limit_of(task, settings).per_second(), 0);
    settings.task_default_rate_limit = RateLimit("2/s");
    EXPECT_EQ(rate_limit_of(task, settings).per_second(), 2);
    task.options.rate_limit = RateLimit("5/s");
    EXPECT_EQ(rate_limit_of(task, settings).per_second(), 5);
    task.options.rate_limit = RateLimit("0");  // an own "0" beats the app's default
    EXPECT_EQ(rate_limit_of(task, settings).per_second(), 0);
}

TEST(RateLimitOf, IsNoneWhenRateLimitsAreSwitchedOff) {
    Settings settings;
    settings.worker_disable_rate_limits = true;
    TaskDef task;
    task.options.rate_limit = RateLimit("1/s");
    EXPECT_EQ(rate_limit_of(task, settings).per_second(), 0);
}

}  // namespace
}  // namespace taskworker
