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

Json stored(const ResultRecord& record, Serializer serializer) {
    const auto value = deserialize(serializer, encode_result(record, serializer), {.depth = 2000});
    const auto* json = std::get_if<Json>(&value);
    return json ? *json : Json(std::get<Malformed>(value).why);
}

TEST(ResultRecord, StandsInEverySerializerWithTheStatusWhereTheScriptsLookForIt) {
    const ResultRecord record{
        .id = "i", .status = "SUCCESS", .result = R"({"a": [1, "yes", null]})"};
    EXPECT_TRUE(encode_result(record, Serializer::Yaml).starts_with("status: SUCCESS\n"));
    EXPECT_EQ(encode_result(record, Serializer::Msgpack).substr(1, 15), "\xa6status\xa7SUCCESS");
    EXPECT_EQ(encode_result(record, Serializer::JsonText), encode_result(record));
    for (const auto serializer : {Serializer::JsonText, Serializer::Yaml, Serializer::Msgpack})
        EXPECT_EQ(decode_result(encode_result(record, serializer), serializer), record);
}

TEST(ResultRecord, ShowsArgumentsOfAnErrorWithoutAFormAsTheirRepr) {
    const auto failure = encode_failure(
        {.type = "E",
         .module = "m",
         .args = Json::array({1, json_of(R"([{"__type__": "decimal", "__value__": "1.5"}])")})}
    );
    const auto document =
        stored({.id = "i", .status = "FAILURE", .result = failure}, Serializer::Msgpack);
    EXPECT_EQ(to_json_text(document["result"]["exc_message"]), R"([1, "[Decimal('1.5')]"])");
}

TEST(ResultRecord, ShowsPartsOfAStateWithoutAFormAsTheirRepr) {
    const auto document = stored(
        {.id = "i",
         .status = "PROGRESS",
         .result =
             R"({"n": 18446744073709551616, "at": {"__type__": "time", "__value__": "03:04:05"}, "\ud800": 1})"},
        Serializer::Msgpack
    );
    EXPECT_EQ(
        to_json_text(document["result"]),
        R"~({"n": "18446744073709551616", "at": "datetime.time(3, 4, 5)", "'\\ud800'": 1})~"
    );
}

TEST(ResultRecord, IsStoredHoweverDeepItIs) {
    const auto deep = std::string(kMostDepth, '[') + std::string(kMostDepth, ']');
    for (const auto serializer : {Serializer::Yaml, Serializer::Msgpack}) {
        const auto document = stored({.id = "i", .status = "SUCCESS", .result = deep}, serializer);
        EXPECT_EQ(document["status"], "SUCCESS");
    }
}

TEST(EncodeStored, NeverThrowsWhateverThePartOfAChordSays) {
    for (const auto serializer : {Serializer::Msgpack, Serializer::Yaml}) {
        for (const std::string& deep : {std::string(900, '['), std::string(1'002, '[')}) {
            std::string nested = deep + std::string(deep.size(), ']');
            EXPECT_FALSE(
                encode_stored("[1, \"a\", \"SUCCESS\", " + nested + "]", serializer).empty()
            );
        }
        EXPECT_FALSE(
            encode_stored(R"([1, "\ud800", "FAILURE", {"x": 1180591620717411303424}])", serializer)
                .empty()
        );
    }
    EXPECT_EQ(encode_stored("[1, 2]", Serializer::JsonText), "[1, 2]");
}

}  // namespace
}  // namespace taskworker
