#include "message/envelope.hpp"

#include <gtest/gtest.h>

#include "message/fields.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

std::string value_of(
    const Message& message, const std::vector<Field>& fields, std::string_view name
) {
    const auto* field = find_field(message, fields, name);
    return field ? std::string(message.text(field->value)) : "absent";
}

std::string why_malformed(const std::string& raw, const WireLimits& limits = {}) {
    const auto parsed = parse_envelope(raw, limits);
    const auto* malformed = std::get_if<Malformed>(&parsed);
    return malformed ? malformed->why : "accepted";
}

TEST(Envelope, KeepsEveryByteAndKnowsWhereItsPartsAre) {
    const auto raw =
        AnEnvelope{.headers = R"({"task":"t" , "id":"i","x": [1, {"y" : NaN}]})"}.raw();
    const auto message = message_of(raw);
    EXPECT_EQ(message.raw, raw);
    EXPECT_EQ(message.headers.size(), 3u);
    EXPECT_EQ(value_of(message, message.headers, "x"), R"([1, {"y" : NaN}])");
    EXPECT_EQ(value_of(message, message.properties, "delivery_tag"), "\"old-tag\"");
    EXPECT_EQ(message.content_type, "application/json");
    EXPECT_EQ(message.content_encoding, "utf-8");
    EXPECT_EQ(message.body_encoding, "base64");
    EXPECT_EQ(message.text(message.body), "\"" + base64_encode(kPlainBody) + "\"");
}

TEST(Envelope, SurvivesBeingMoved) {
    auto first = message_of(AnEnvelope{}.raw());
    const auto second = std::move(first);
    EXPECT_EQ(value_of(second, second.headers, "task"), "\"t\"");
}

TEST(Envelope, KeepsMembersItHasNoNameFor) {
    const auto message =
        message_of(R"({"body": "x", "more": {"a": 1}, "headers": null, "less": 2})");
    ASSERT_EQ(message.rest.size(), 2u);
    EXPECT_EQ(message.text(message.rest[0].name), "\"more\"");
    EXPECT_EQ(message.text(message.rest[0].value), R"({"a": 1})");
}

TEST(Envelope, TakesTheLastOfDoubleNamesAtThePlaceOfTheFirst) {
    const auto message = message_of(
        R"({"body": "x", "headers": {"a": 1, "b": 2, "a": 3, "\u0061": 4}, "body": "y", "content-type": "q",
            "content-type": "r", "z": 1, "\u007a": 2})"
    );
    ASSERT_EQ(message.headers.size(), 2u);
    EXPECT_EQ(message.text(message.headers[0].value), "4");
    EXPECT_EQ(message.text(message.headers[1].value), "2");
    EXPECT_EQ(message.text(message.body), "\"y\"");
    EXPECT_EQ(message.content_type, "r");
    ASSERT_EQ(message.rest.size(), 1u);
    EXPECT_EQ(message.text(message.rest[0].value), "2");
}

TEST(Envelope, TakesTheLastOfTwoHeaderObjects) {
    const auto message =
        message_of(R"({"body": "x", "headers": {"a": 1, "b": 2}, "headers": {"c": 3}})");
    ASSERT_EQ(message.headers.size(), 1u);
    EXPECT_EQ(value_of(message, message.headers, "c"), "3");
}

TEST(Envelope, FindsDoublesAmongManyHeadersToo) {
    std::string headers = "{";
    for (int i = 0; i < 10'000; ++i)
        headers += "\"h" + std::to_string(i % 8'000) + "\": " + std::to_string(i) + ", ";
    const auto message = message_of(R"({"body": "x", "headers": )" + headers + "\"last\": 0}}");
    EXPECT_EQ(message.headers.size(), 8'001u);
    EXPECT_EQ(message.text(message.headers[0].value), "8000");
}

TEST(Envelope, ReadsPythonsDialect) {
    const auto message = message_of(
        R"({"body": "a\/b", "headers": {"n": -Infinity, "s": "\ud800", "big": 123456789012345678901234567890}})"
    );
    EXPECT_EQ(value_of(message, message.headers, "s"), R"("\ud800")");
    EXPECT_EQ(value_of(message, message.headers, "big"), "123456789012345678901234567890");
}

TEST(Envelope, RefusesWhatIsNoEnvelope) {
    EXPECT_EQ(why_malformed(""), "not JSON: unexpected end at 0");
    EXPECT_EQ(why_malformed("[1]"), "the envelope is not an object");
    EXPECT_EQ(why_malformed("{} x"), "not JSON: unexpected 'x' at 3");
    EXPECT_EQ(why_malformed("{}"), "no body");
    EXPECT_EQ(why_malformed(R"({"body": null})"), "no body");
    EXPECT_EQ(why_malformed(R"({"body": [1]})"), "the body is not a text");
    EXPECT_EQ(why_malformed(R"({"body": "", "headers": []})"), "headers are not an object");
    EXPECT_EQ(why_malformed(R"({"body": "", "properties": "x"})"), "properties are not an object");
    EXPECT_EQ(why_malformed(R"({"body": "", "content-type": 5})"), "content-type is not a text: 5");
    EXPECT_EQ(
        why_malformed(R"({"body": "", "headers": {"compression": 1}})"),
        "compression is not a text: 1"
    );
    EXPECT_EQ(
        why_malformed(R"({"body": "", "properties": {"body_encoding": {}}})"),
        "body_encoding is not a text: {}"
    );
    EXPECT_EQ(why_malformed("{\"body\": \"\xff\"}"), "not UTF-8");
}

TEST(Envelope, ChecksEveryByteOfWhatNobodyAsksFor) {
    EXPECT_EQ(why_malformed(R"({"body": "x", "other": [tru]})").substr(0, 8), "not JSON");
    EXPECT_EQ(why_malformed(R"({"body": "x", "headers": {"a": "\x"}})").substr(0, 8), "not JSON");
    EXPECT_EQ(why_malformed(R"({"body": "x", "properties": {"a": 01}})").substr(0, 8), "not JSON");
    EXPECT_EQ(why_malformed("{\"body\": \"x\", \"y\": \"\xed\xa0\x80\"}"), "not UTF-8");
    EXPECT_EQ(why_malformed("{\"body\": \"a\nb\"}").substr(0, 8), "not JSON");
}

TEST(Envelope, IsBounded) {
    EXPECT_EQ(
        why_malformed(R"({"body": "x"})", {.message_bytes = 5}),
        "a message of 13 bytes, more than 5"
    );
    const std::string deep = R"({"body": "x", "headers": {"a": )" + std::string(5000, '[');
    EXPECT_EQ(why_malformed(deep).substr(0, 24), "not JSON: depth over 200");
    EXPECT_EQ(
        why_malformed(R"({"body": "x", "headers": {"a": [1, 2, 3]}})", {.values = 5}),
        "not JSON: too many values at 35"
    );
}

}  // namespace
}  // namespace taskworker
