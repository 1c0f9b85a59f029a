#include "cli/result_text.hpp"

#include <gtest/gtest.h>

namespace taskworker {
namespace {

ResultRecord failure(std::string result) {
    return {
        .id = "i",
        .status = "FAILURE",
        .result = std::move(result),
        .traceback = "Traceback …\nValueError: boom"};
}

TEST(ResultText, ShowsTheValueOfASuccess) {
    const ResultRecord record{.id = "i", .status = "SUCCESS", .result = "[1, 2]"};
    const auto text = result_text(&record, {});
    EXPECT_EQ(text.out, "[1, 2]\n");
    EXPECT_EQ(text.err, "");
    EXPECT_EQ(result_exit_code(&record), 0);
}

TEST(ResultText, ShowsAFailureAsPythonDoesAndItsTracebackOnRequest) {
    const auto record =
        failure(R"({"exc_type": "ValueError", "exc_message": ["boom"], "exc_module": "builtins"})");
    EXPECT_EQ(result_text(&record, {}).err, "FAILURE ValueError: boom\n");
    EXPECT_EQ(
        result_text(&record, {.traceback = true}).err,
        "FAILURE ValueError: boom\nTraceback …\nValueError: boom\n"
    );
    EXPECT_EQ(result_exit_code(&record), 1);
}

TEST(ResultText, ShowsWhatItDoesNotUnderstandAsItIs) {
    for (const std::string odd : {"3", "{", R"({"exc_type": 5})", R"({"exc_type": "E"})"}) {
        const auto record = failure(odd);
        EXPECT_EQ(result_text(&record, {}).err, "FAILURE " + odd + "\n");
    }
}

TEST(ResultText, SaysThatNothingIsStored) {
    EXPECT_EQ(result_text(nullptr, {.id = "x-1"}).err, "x-1: nothing is stored\n");
    EXPECT_EQ(result_exit_code(nullptr), 3);
    EXPECT_EQ(state_text(nullptr, {}), "PENDING\n");
}

TEST(ResultText, AnUnfinishedTaskIsNeitherSuccessNorFailure) {
    const ResultRecord record{.id = "i", .status = "STARTED", .result = R"({"pid": 1})"};
    EXPECT_EQ(result_text(&record, {}).out, "STARTED {\"pid\": 1}\n");
    EXPECT_EQ(result_exit_code(&record), 3);
}

TEST(ResultText, AsJsonIsTheStoredDocument) {
    const ResultRecord record{.id = "i", .status = "SUCCESS", .result = "3"};
    const auto text = result_text(&record, {.json = true}).out;
    EXPECT_EQ(text, encode_result(record) + "\n");
    EXPECT_NE(text.find("\"task_id\": \"i\""), std::string::npos);
}

}  // namespace
}  // namespace taskworker
