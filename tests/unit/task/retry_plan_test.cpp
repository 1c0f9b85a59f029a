#include "task/retry_plan.hpp"

#include <gtest/gtest.h>

#include <limits>

#include <cmath>

#include "task/error_info.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

struct RetryPlan : ::testing::Test {
    Settings settings;
    Luck luck{1};
    Moment moment{from_unix(1000), luck, "celery@here", settings};
    TaskDef task;
    Request request;

    RetryPlan() {
        task.name = "shop.send";
        request.id = "id-1";
        request.args = Json::array({"138", 2});
        request.kwargs = Json{{"code", nullptr}};
    }
    std::variant<RetryLater, Failure> plan(
        const RetryOptions& wish = {}, std::optional<Failure> cause = {}
    ) {
        return plan_retry(task, request, wish, std::move(cause), moment);
    }
    RetryLater later(const RetryOptions& wish = {}) { return std::get<RetryLater>(plan(wish)); }
    static Failure boom() {
        return python_error("ValueError", "builtins", Json::array({"boom"}), "shop.send");
    }
};

TEST_F(RetryPlan, WaitsTheDefaultDelayWithoutACountdown) {
    EXPECT_EQ(later().countdown, Seconds(180));
    EXPECT_EQ(later().eta, from_unix(1180));
    task.options.default_retry_delay = 5s;
    EXPECT_EQ(later().eta, from_unix(1005));
}

TEST_F(RetryPlan, WaitsTheBackoffWithoutACountdownWhereTheTaskHasOne) {
    task.options.retry_backoff = {.factor = 3s, .jitter = false};
    request.retries = 2;
    EXPECT_EQ(later().countdown, Seconds(12));
    EXPECT_EQ(later({.countdown = 1s}).countdown, Seconds(1));
}

TEST_F(RetryPlan, ACountdownOfZeroIsAtOnce) {
    EXPECT_EQ(later({.countdown = 0s}).eta, std::nullopt);
    EXPECT_EQ(later({.countdown = 0s}).countdown, Seconds(0));
}

TEST_F(RetryPlan, AnEtaIsTaken) {
    EXPECT_EQ(later({.eta = from_unix(5000)}).eta, from_unix(5000));
    EXPECT_EQ(later({.eta = from_unix(5000)}).countdown, std::nullopt);
    EXPECT_EQ(
        later({.countdown = 7s, .eta = from_unix(5000)}).eta, from_unix(1007)
    );  // as apply_async
}

TEST_F(RetryPlan, WaitsThatNoClockCanShowAreCut) {
    EXPECT_EQ(later({.countdown = Seconds(std::nan(""))}).eta, std::nullopt);
    EXPECT_GT(later({.countdown = Seconds(1e300)}).eta, from_unix(1e9));
}

TEST_F(RetryPlan, FailsWithTheCauseWhenNoRetriesAreLeft) {
    request.retries = 3;
    EXPECT_EQ(std::get<Failure>(plan({}, boom())).type, "ValueError");
    EXPECT_TRUE(std::holds_alternative<RetryLater>(plan({.max_retries = 4}, boom())));
    task.options.max_retries = forever;
    request.retries = std::numeric_limits<int>::max();
    EXPECT_TRUE(std::holds_alternative<RetryLater>(plan({}, boom())));
}

TEST_F(RetryPlan, FailsWithMaxRetriesExceededWhereThereIsNoCause) {
    request.retries = 1;
    const auto failure = std::get<Failure>(plan({.max_retries = 1}));
    EXPECT_EQ(failure.type, "MaxRetriesExceededError");
    EXPECT_EQ(failure.module, "celery.exceptions");
    EXPECT_EQ(failure.message, "Can't retry shop.send[id-1] args:('138', 2) kwargs:{'code': None}");
    EXPECT_EQ(failure.args, Json::array({failure.message}));
    EXPECT_TRUE(failure.traceback.ends_with(
        "\ncelery.exceptions.MaxRetriesExceededError: " + failure.message + "\n"
    ));
    request.args = Json::array({1});
    EXPECT_NE(
        std::get<Failure>(plan({.max_retries = 0})).message.find("args:(1,)"), std::string::npos
    );
}

TEST_F(RetryPlan, NeverExpiresIsNotInThePast) {
    const auto retry = later({.expires = Seconds(std::numeric_limits<double>::infinity())});
    ASSERT_TRUE(retry.expires);
    EXPECT_GT(retry.expires->count(), 3e9);
    EXPECT_LT(retry.expires->count(), 4e9);
}

TEST_F(RetryPlan, EveryOtherWishIsHandedOn) {
    const auto retry = later(
        {.args = Json::array({1}),
         .kwargs = Json::object(),
         .queue = "slow",
         .priority = 9,
         .expires = 60s,
         .time_limit = 20s,
         .soft_time_limit = 10s,
         .headers = {{"x-tenant", 7}},
         .message = "gateway is busy"}
    );
    EXPECT_EQ(retry.args, Json::array({1}));
    EXPECT_EQ(retry.kwargs, Json::object());
    EXPECT_EQ(retry.queue, "slow");
    EXPECT_EQ(retry.priority, 9);
    EXPECT_EQ(retry.expires, Seconds(60));
    EXPECT_EQ(retry.time_limit, Seconds(20));
    EXPECT_EQ(retry.soft_time_limit, Seconds(10));
    EXPECT_EQ(retry.headers["x-tenant"], 7);
    EXPECT_EQ(retry_text(retry), "gateway is busy");
}

TEST_F(RetryPlan, AWishThatCannotBeIsATypeError) {
    EXPECT_EQ(std::get<Failure>(plan({.args = Json(5)})).message, "retry(): args must be a list");
    EXPECT_EQ(std::get<Failure>(plan({.kwargs = Json::array()})).type, "TypeError");
}

TEST_F(RetryPlan, TheTextIsCelerys) {
    EXPECT_EQ(retry_text(later({.countdown = 1s})), "Retry in 1s");
    EXPECT_EQ(retry_text(later({.countdown = 500ms})), "Retry in 0.5s");
    EXPECT_EQ(retry_text(later({.eta = from_unix(0)})), "Retry at 1970-01-01T00:00:00+00:00");
    EXPECT_EQ(
        retry_text(std::get<RetryLater>(plan({.countdown = 1s}, boom()))),
        "Retry in 1s: ValueError('boom')"
    );
}

TEST_F(RetryPlan, TheTracebackEndsWithTheRetry) {
    const auto retry = std::get<RetryLater>(plan({.countdown = 1s}, boom()));
    EXPECT_NE(retry.traceback.find("\nValueError: boom\n\nThe above exception"), std::string::npos);
    EXPECT_TRUE(
        retry.traceback.ends_with("\ncelery.exceptions.Retry: Retry in 1s: ValueError('boom')\n")
    );
}

}  // namespace
}  // namespace taskworker
