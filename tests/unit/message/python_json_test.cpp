#include "message/python_json.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "unit/message/golden_file.hpp"

namespace taskworker {
namespace {

Json read(std::string_view text) {
    auto value = parse_json(text);
    if (const auto* error = std::get_if<JsonError>(&value)) {
        ADD_FAILURE() << text << ": " << error->why;
        return {};
    }
    return std::move(std::get<Json>(value));
}

std::string why_not(std::string_view text, const WireLimits& limits = {}) {
    const auto value = parse_json(text, limits);
    const auto* error = std::get_if<JsonError>(&value);
    return error ? error->why : "accepted";
}

TEST(PythonJson, ReadsAndWritesAsPythonDoes) {
    for (const auto& row : golden_rows("json_cases.jsonl")) {
        const auto& text = text_of(row, "in");
        if (row.contains("refused")) {
            EXPECT_NE(why_not(text), "accepted") << text;
        } else {
            EXPECT_EQ(to_json_text(read(text)), text_of(row, "json")) << text;
        }
    }
}

TEST(PythonJson, KeepsIntegersApartFromFloats) {
    EXPECT_TRUE(read("1").is_number_integer());
    EXPECT_TRUE(read("1.0").is_number_float());
    EXPECT_TRUE(read("18446744073709551615").is_number_unsigned());
    EXPECT_TRUE(is_big_int(read("18446744073709551616")));
    EXPECT_EQ(big_int_digits(read("-9223372036854775809")), "-9223372036854775809");
}

TEST(PythonJson, KeepsLoneSurrogatesInThreeBytes) {
    EXPECT_EQ(read(R"("\ud83d")").get_ref<const std::string&>(), "\xed\xa0\xbd");
    EXPECT_EQ(to_json_text(Json("\xed\xa0\xbd")), R"("\ud83d")");
}

TEST(PythonJson, WritesBytesThatAreNotUtf8AsSurrogates) {
    EXPECT_EQ(
        to_json_text(Json("a\xb0\xa1"
                          "b\xe4")),
        R"("a\udcb0\udca1b\udce4")"
    );
    EXPECT_EQ(
        to_json_text(Json("\xc0\x80\xf5\xf4\x90\x80\x80")),
        R"("\udcc0\udc80\udcf5\udcf4\udc90\udc80\udc80")"
    );
}

TEST(PythonJson, RefusesTextThatIsNotUtf8) {
    EXPECT_EQ(why_not("\"\xb0\xa1\""), "not UTF-8");
    EXPECT_EQ(why_not("\"\xed\xa0\xbd\""), "not UTF-8");
}

TEST(PythonJson, SaysWhereTheErrorIs) {
    EXPECT_EQ(why_not("[1, x]"), "unexpected 'x' at 4");
    EXPECT_EQ(why_not("[1"), "unexpected end at 2");
    EXPECT_EQ(why_not("\"a\nb\""), "control character in a string at 2");
    EXPECT_EQ(why_not("[1] \x01"), "unexpected byte 0x01 at 4");
}

TEST(PythonJson, IsBounded) {
    EXPECT_EQ(why_not("[[[1]]]", {.depth = 2}), "depth over 2 at 3");
    EXPECT_EQ(why_not("[[1]]", {.depth = 2}), "accepted");
    EXPECT_EQ(why_not("[1, 2, 3]", {.values = 3}), "too many values at 6");
    EXPECT_EQ(why_not("[1, 2]", {.body_bytes = 5}), "text of more than 5 bytes");
    EXPECT_EQ(why_not(std::string(1'000'000, '[')), "depth over 200 at 201");
}

TEST(PythonJson, ReadsHugeObjectsInReasonableTime) {
    std::string text = "{";
    for (int i = 0; i < 20'000; ++i) text += "\"key" + std::to_string(i) + "\": 1, ";
    for (int i = 0; i < 20'000; ++i) text += "\"key" + std::to_string(i) + "\": 2, ";
    text += "\"last\": 3}";
    const auto start = std::chrono::steady_clock::now();
    const auto value = read(text);
    EXPECT_EQ(value.size(), 20'001u);
    EXPECT_EQ(value.get_ref<const Json::object_t&>().begin()[19999].second, 2);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(PythonJson, RefusesToWriteWhatJsonHasNoFormFor) {
    EXPECT_THROW(to_json_text(Json::binary({1, 2})), EncodeError);
    EXPECT_THROW(to_json_text(Json::binary({'1', 'x'}, kBigInt)), EncodeError);
    EXPECT_THROW(to_json_text(Json::binary({'-'}, kBigInt)), EncodeError);
    Json deep;
    for (int i = 0; i < 1'001; ++i) deep = Json::array({std::move(deep)});
    EXPECT_THROW(to_json_text(deep), EncodeError);
}

TEST(PythonJson, WritesNonFiniteFloatsAsPython) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(
        to_json_text(Json::array({Json(kInfinity), Json(-kInfinity)})), "[Infinity, -Infinity]"
    );
    EXPECT_EQ(float_text(-kInfinity), "-inf");
    EXPECT_EQ(float_text(std::numeric_limits<double>::quiet_NaN()), "nan");
}

}  // namespace
}  // namespace taskworker
