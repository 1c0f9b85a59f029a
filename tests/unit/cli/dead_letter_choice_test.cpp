#include "cli/dead_letter_choice.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"

namespace taskworker {
namespace {

const TimePoint kNow = TimePoint{} + std::chrono::hours(500'000);

DeadLetter a_letter() {
    return {
        .entry = "1700000000000-0",
        .message =
            R"({"body": "W10=", "content-encoding": "utf-8", "content-type": "application/json", )"
            R"("headers": {"id": "abc", "task": "shop.add", "taskworker-deaths": 3}, )"
            R"("properties": {"priority": 6, "delivery_info": {}, "delivery_tag": "t", )"
            R"("body_encoding": "base64"}})",
        .queue = "celery",
        .reason = "its process died 3 times",
        .worker = "w@h",
        .task_id = "abc",
        .at = kNow - std::chrono::seconds(60)};
}

bool chosen(DlqCommand options, const DeadLetter& letter = a_letter()) {
    return is_chosen(letter, options, kNow);
}

TEST(DeadLetterChoice, WithoutOptionsAllAreChosenAndNothingIsNarrowed) {
    EXPECT_TRUE(chosen({}));
    EXPECT_FALSE(is_narrowed({}));
    EXPECT_FALSE(is_narrowed({.limit = 1}));  // says how many, not which
    EXPECT_TRUE(is_narrowed({.task = "x"}));
    EXPECT_TRUE(is_narrowed({.older = 1.0}));
}

TEST(DeadLetterChoice, ByTheIdOfTheEntryOrOfTheTask) {
    EXPECT_TRUE(chosen({.ids = {"x", "abc"}}));
    EXPECT_TRUE(chosen({.ids = {"1700000000000-0"}}));
    EXPECT_FALSE(chosen({.ids = {"ab"}}));
    auto nameless = a_letter();
    nameless.task_id.clear();
    EXPECT_FALSE(chosen({.ids = {""}}, nameless));
}

TEST(DeadLetterChoice, ByTaskReasonQueueAndAge) {
    EXPECT_TRUE(chosen({.task = "shop.add"}));
    EXPECT_TRUE(chosen({.task = "shop.*"}));
    EXPECT_FALSE(chosen({.task = "shop"}));
    EXPECT_TRUE(chosen({.reason = "died"}));
    EXPECT_FALSE(chosen({.reason = "unknown"}));
    EXPECT_FALSE(chosen({.queue = "other"}));
    EXPECT_TRUE(chosen({.older = 59.0, .younger = 61.0}));
    EXPECT_FALSE(chosen({.older = 61.0}));
    EXPECT_FALSE(chosen({.younger = 59.0}));
}

TEST(DeadLetterChoice, AllGivenConditionsHaveToHold) {
    EXPECT_FALSE(chosen({.task = "shop.add", .reason = "unknown"}));
}

TEST(DeadLetterText, JsonHasTheMessageOnlyWhenAsked) {
    auto read = parse_json(letter_json(a_letter(), true));
    const auto& json = std::get<Json>(read);
    EXPECT_EQ(json["message"], a_letter().message);
    EXPECT_EQ(json["task"], "shop.add");
    EXPECT_EQ(json["deaths"], 3);
    EXPECT_EQ(letter_json(a_letter(), false).find("W10="), std::string::npos);
    EXPECT_EQ(facts_of(a_letter()).priority, 6);
}

TEST(DeadLetterText, BytesThatAreNoTextGoAsBase64) {
    auto letter = a_letter();
    letter.message = "\xff\x01";
    auto read = parse_json(letter_json(letter, true));
    EXPECT_EQ(std::get<Json>(read)["message_base64"], "/wE=");
    EXPECT_EQ(facts_of(letter).task, "");
    EXPECT_EQ(letter_text(letter).find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace taskworker
