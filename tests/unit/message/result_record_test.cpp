#include "message/result_record.hpp"

#include <gtest/gtest.h>

#include "message/python_json.hpp"
#include "unit/message/golden_file.hpp"

namespace taskworker {
namespace {

TEST(ResultRecord, WritesTheBytesThatCeleryWrites) {
    for (const auto& row : golden_rows("results-5.6.3.jsonl")) {
        const auto record = decode_result(text_of(row, "raw"));
        ASSERT_TRUE(record) << text_of(row, "name");
        EXPECT_EQ(encode_result(*record), text_of(row, "raw")) << text_of(row, "name");
    }
}

TEST(ResultRecord, ReadsTheFields) {
    const auto record = decode_result(
        R"({"status": "FAILURE", "result": {"exc_type": "E"}, "traceback": "line\n", "children": null, )"
        R"("date_done": "2024-05-01T10:00:00", "group_id": "g", "parent_id": "p", "name": "t", )"
        R"("retries": 2, "task_id": "i"})"
    );
    const ResultRecord expected{
        .id = "i",
        .status = "FAILURE",
        .result = R"({"exc_type": "E"})",
        .traceback = "line\n",
        .children = "null",
        .date_done = "2024-05-01T10:00:00",
        .group_id = "g",
        .parent_id = "p",
        .extended = R"("name": "t", "retries": 2, )"};
    EXPECT_EQ(record, expected);
}

TEST(ResultRecord, LeavesOutWhatIsNotThere) {
    EXPECT_EQ(
        encode_result({.id = "i", .status = "SUCCESS", .result = "3", .group_id = ""}),
        R"({"status": "SUCCESS", "result": 3, "traceback": null, "children": [], "date_done": null, "task_id": "i"})"
    );
}

TEST(ResultRecord, IsLenientWithWhatOthersStored) {
    EXPECT_EQ(decode_result(R"( {"task_id":"i","status":"SUCCESS"} )")->result, "null");
    EXPECT_EQ(decode_result(R"({"status": "X", "traceback": 5})")->traceback, std::nullopt);
}

TEST(ResultRecord, RefusesWhatIsNone) {
    for (const char* text :
         {"",
          "null",
          "[]",
          "{}",
          R"({"status": null})",
          R"({"status": "X")",
          R"({"status": "X"} x)",
          "{\"status\": \"\xff\"}"}) {
        EXPECT_EQ(decode_result(text), std::nullopt) << text;
    }
}

TEST(EncodeFailure, WritesTypeArgumentsAndModule) {
    EXPECT_EQ(
        encode_failure({.type = "ValueError", .args = {"boom é", 3}}),
        R"({"exc_type": "ValueError", "exc_message": ["boom \u00e9", 3], "exc_module": "builtins"})"
    );
    EXPECT_EQ(
        encode_failure({.type = "E", .module = "m", .args = Json::array()}),
        R"({"exc_type": "E", "exc_message": [], "exc_module": "m"})"
    );
}

TEST(EncodeFailure, WritesTheReprOfArgumentsThatJsonHasNoFormFor) {
    EXPECT_EQ(
        encode_failure({.type = "E", .args = Json::array({Json::array({1, Json::binary({1})}), 2})}
        ),
        R"({"exc_type": "E", "exc_message": ["[1, <binary>]", 2], "exc_module": "builtins"})"
    );
}

}  // namespace
}  // namespace taskworker
