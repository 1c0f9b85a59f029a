#include "task/annotations.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

using namespace std::chrono_literals;

Json json(const char* text) { return Json::parse(text); }

struct Annotations : ::testing::Test {
    Annotations() {
        app.task("shop.add", [] { return 1; }, {.time_limit = 9s});
        app.task("shop.sub", [] { return 1; });
    }
    const TaskOptions& of(const char* name) { return app.find(name)->options; }
    App app;
};

TEST_F(Annotations, ChangeTheTaskTheyName) {
    annotate(
        app, json(R"({"shop.add": {"rate_limit": "10/m", "acks_late": true, "time_limit": 3}})")
    );
    EXPECT_EQ(of("shop.add").rate_limit, RateLimit("10/m"));
    EXPECT_EQ(of("shop.add").acks_late, true);
    EXPECT_EQ(of("shop.add").time_limit, Seconds(3));
    EXPECT_EQ(of("shop.sub").acks_late, std::nullopt);
}

// celery/app/annotations.py: resolve_all gives the name's first and then the one for any.
TEST_F(Annotations, ForAllComeLastAsInCelery) {
    annotate(app, json(R"({"shop.add": {"max_retries": 1}, "*": {"max_retries": 7}})"));
    EXPECT_EQ(of("shop.add").max_retries, 7);
    EXPECT_EQ(of("shop.sub").max_retries, 7);
}

TEST_F(Annotations, OfAListTheFirstThatNamesTheTaskCounts) {
    annotate(app, json(R"([{"shop.sub": {"max_retries": 2}}, {"shop.sub": {"max_retries": 5}}])"));
    EXPECT_EQ(of("shop.sub").max_retries, 2);
}

TEST_F(Annotations, NullIsCelerysNone) {
    annotate(app, json(R"({"*": {"time_limit": null, "max_retries": null, "rate_limit": null}})"));
    EXPECT_EQ(of("shop.add").time_limit, std::nullopt);
    EXPECT_EQ(of("shop.add").max_retries, forever);
    EXPECT_EQ(of("shop.add").rate_limit, RateLimit());
}

TEST_F(Annotations, BackoffHasCelerysThreeNames) {
    annotate(
        app,
        json(
            R"({"shop.add": {"retry_backoff": true, "retry_backoff_max": 60, "retry_jitter": false}})"
        )
    );
    EXPECT_EQ(of("shop.add").retry_backoff.factor, Seconds(1));
    EXPECT_EQ(of("shop.add").retry_backoff.max, Seconds(60));
    EXPECT_FALSE(of("shop.add").retry_backoff.jitter);
}

TEST_F(Annotations, TasksNobodyRegisteredChangeNothing) {
    annotate(app, json(R"({"no.such": {"acks_late": true}})"));
    EXPECT_EQ(of("shop.add").acks_late, std::nullopt);
}

TEST_F(Annotations, WrongOnesAreRefusedByTaskAndOption) {
    EXPECT_EQ(check_annotations(nullptr), std::nullopt);
    EXPECT_EQ(
        *check_annotations(json(R"({"a": {"acks_late": 1}})")), "a: acks_late must be true or false"
    );
    EXPECT_EQ(
        *check_annotations(json(R"({"a": {"rate_limit": "fast"}})")),
        "a: rate_limit must be a rate like 10, 4/s, 100/m or 2/h"
    );
    EXPECT_EQ(
        *check_annotations(json(R"({"a": {"time_limit": -1}})")),
        "a: time_limit must be a number of seconds, 0 or more"
    );
    EXPECT_TRUE(check_annotations(json(R"({"a": {"rate_limits": "1/s"}})"))
                    ->starts_with("a: rate_limits: no option"));
    EXPECT_TRUE(check_annotations(json(R"({"a": 3})")));
    EXPECT_TRUE(check_annotations(json("[3]")));
}

}  // namespace
}  // namespace taskworker
