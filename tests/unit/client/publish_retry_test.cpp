#include "client/publish_retry.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

Json policy(const char* text) {
    auto read = parse_json(text);
    return std::get<Json>(read);
}

PublishRetry with(const char* text) {
    Settings settings;
    settings.task_publish_retry_policy = policy(text);
    return publish_retry(settings);
}

TEST(PublishRetry, IsKombusWhenNobodySaysOtherwise) {
    const auto retry = publish_retry({});
    EXPECT_TRUE(retry.again(3));
    EXPECT_FALSE(retry.again(4));
    EXPECT_DOUBLE_EQ(retry.pause(1).count(), 0.0);
    EXPECT_DOUBLE_EQ(retry.pause(2).count(), 0.2);
    EXPECT_DOUBLE_EQ(retry.pause(100).count(), 1.0);
}

TEST(PublishRetry, FollowsThePolicy) {
    const auto retry = with(
        R"({"max_retries": null, "interval_start": 2, "interval_step": 0.5, "interval_max": 1})"
    );
    EXPECT_TRUE(retry.again(1'000'000));
    EXPECT_DOUBLE_EQ(retry.pause(1).count(), 2.0);
    EXPECT_DOUBLE_EQ(retry.pause(2).count(), 2.5);
    EXPECT_DOUBLE_EQ(retry.pause(9).count(), 3.0);
}

TEST(PublishRetry, CanBeOff) {
    Settings settings;
    settings.task_publish_retry = false;
    EXPECT_FALSE(publish_retry(settings).again(1));
}

TEST(PublishRetry, APolicyThatNobodyUnderstandsIsRefused) {
    const struct {
        const char *text, *why;
    } cases[] = {
        {"7", "must be an object"},
        {R"({"max_retrys": 1})", "max_retrys: is none of"},
        {R"({"max_retries": -1})", "max_retries: must be"},
        {R"({"max_retries": 1.5})", "max_retries: must be"},
        {R"({"interval_max": "1"})", "interval_max: must be"},
        {R"({"interval_start": -1})", "interval_start: must be"},
    };
    for (const auto& one : cases) {
        const auto broken = check_publish_retry_policy(policy(one.text));
        ASSERT_TRUE(broken) << one.text;
        EXPECT_NE(broken->find(one.why), std::string::npos) << *broken;
    }
    EXPECT_FALSE(check_publish_retry_policy(nullptr));
    EXPECT_FALSE(check_publish_retry_policy(policy(R"({"max_retries": 0, "interval_max": 2.5})")));
}

}  // namespace
}  // namespace taskworker
