#include "taskworker/values.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace taskworker {
namespace {

template <class T>
T back(const T& value) {
    return from_json<T>(Json(value));
}

TEST(Values, ADateTimeIsKombusTypedObject) {
    const auto value = DateTime::parse("2024-01-02T03:04:05.678901+00:00").value();
    EXPECT_EQ(
        Json(value).dump(),
        R"({"__type__":"datetime","__value__":"2024-01-02T03:04:05.678901+00:00"})"
    );
    EXPECT_EQ(back(value), value);
}

TEST(Values, IsoTextsAreThoseOfPython) {
    for (const char* text :
         {"2024-01-02T03:04:05",
          "2024-01-02T03:04:05.000001",
          "2024-01-02T03:04:05+02:00",
          "2024-01-02T03:04:05-03:30",
          "0001-01-01T00:00:00+00:00:30"}) {
        const auto value = DateTime::parse(text);
        ASSERT_TRUE(value) << text;
        EXPECT_EQ(value->iso(), text);
    }
    EXPECT_EQ(DateTime::parse("2024-01-02").value().iso(), "2024-01-02T00:00:00");
    EXPECT_EQ(DateTime::parse("2024-01-02 03:04Z").value().iso(), "2024-01-02T03:04:00+00:00");
    EXPECT_EQ(Time::parse("03:04:05.5").value().microsecond, 500000);
    for (const char* text :
         {"",
          "2024-13-01",
          "2024-02-30",
          "2024-01-02T",
          "2024-01-02T25:00",
          "2024-01-02T03:04:05+",
          "24-1-2",
          "2024-01-02T03:04:05x",
          "0000-01-01",
          "2024-01-02T03:04:05."}) {
        EXPECT_FALSE(DateTime::parse(text)) << text;
    }
}

TEST(Values, ADateTimeIsAnInstantAndBack) {
    const auto value = DateTime::parse("2024-05-01T12:00:00.000250+02:00").value();
    EXPECT_EQ(DateTime(value.time_point()).iso(), "2024-05-01T10:00:00.000250+00:00");
    EXPECT_EQ(DateTime(TimePoint{} - std::chrono::seconds(1)).iso(), "1969-12-31T23:59:59+00:00");
    EXPECT_EQ(DateTime::parse("1970-01-01T00:00:01").value().time_point(), from_unix(1));
    EXPECT_GT(
        DateTime::parse("9999-01-01").value().time_point(), from_unix(9e9)
    );  // cut, not wrapped
    EXPECT_LT(DateTime::parse("0001-01-01").value().time_point(), from_unix(-9e9));
}

TEST(Values, TheOtherTypesTravelAsKombuWritesThem) {
    EXPECT_EQ(Json(Date{2024, 1, 2}).dump(), R"({"__type__":"date","__value__":"2024-01-02"})");
    EXPECT_EQ(Json(Time{3, 4, 5, 0, {}}).dump(), R"({"__type__":"time","__value__":"03:04:05"})");
    EXPECT_EQ(Json(Decimal("1.50")).dump(), R"({"__type__":"decimal","__value__":"1.50"})");
    const auto uuid = Uuid::parse("12345678-1234-5678-1234-567812345678").value();
    EXPECT_EQ(
        Json(uuid).dump(),
        R"({"__type__":"uuid","__value__":{"hex":"12345678123456781234567812345678"}})"
    );
    EXPECT_EQ(uuid.text(), "12345678-1234-5678-1234-567812345678");
    EXPECT_EQ(back(Date{2024, 1, 2}), (Date{2024, 1, 2}));
    EXPECT_EQ(back(Time{3, 4, 5, 6, 3600}), (Time{3, 4, 5, 6, 3600}));
    EXPECT_EQ(back(Decimal("-1E+5")), Decimal("-1E+5"));
    EXPECT_EQ(back(uuid), uuid);
}

TEST(Values, BytesAreTextWhenTheyAreUtf8AndBase64Otherwise) {
    EXPECT_EQ(Json(Bytes{"naïve"}).dump(), R"({"__type__":"bytes","__value__":"naïve"})");
    EXPECT_EQ(Json(Bytes{"\xff\xfe"}).dump(), R"({"__type__":"base64","__value__":"//4="})");
    EXPECT_EQ(Json(Bytes{"\xed\xa0\x80"})["__type__"], "base64");  // a surrogate is no UTF-8
    EXPECT_EQ(Json(Bytes{"\xc0\x80"})["__type__"], "base64");      // overlong
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
    EXPECT_EQ(back(Bytes{all}), Bytes{all});
    EXPECT_EQ(back(Bytes{"x"}), Bytes{"x"});
    EXPECT_THROW(from_json<Bytes>(Json("x")), ConversionError);
}

TEST(Values, ABigIntIsANumberAsLongAsItFits) {
    EXPECT_TRUE(Json(BigInt("18446744073709551615")).is_number_unsigned());
    EXPECT_EQ(Json(BigInt(-5)), Json(-5));
    const BigInt big("-170141183460469231731687303715884105728");
    EXPECT_EQ(Json(big).get_binary().subtype(), kBigInt);
    EXPECT_EQ(back(big), big);
    EXPECT_EQ(from_json<BigInt>(Json(7)).digits(), "7");
    EXPECT_EQ(BigInt::parse("-000").value().digits(), "0");
    EXPECT_THROW(from_json<BigInt>(Json(7.0)), ConversionError);
    EXPECT_THROW(from_json<BigInt>(Json(true)), ConversionError);
    EXPECT_THROW(BigInt("1x"), std::invalid_argument);
}

TEST(Values, PlainTextsOfOldKombuAreRead) {
    EXPECT_EQ(from_json<DateTime>("2024-01-02T03:04:05Z").time_point(), from_unix(1704164645));
    EXPECT_EQ(from_json<Decimal>("1.5"), Decimal("1.5"));
    EXPECT_EQ(from_json<Date>("2024-01-02T00:00:00"), (Date{2024, 1, 2}));
}

TEST(Values, WhatIsOfAnotherTypeIsRefused) {
    const auto refusal = [](const Json& json) -> std::string {
        try {
            from_json<Decimal>(json, Path("price"));
        } catch (const ConversionError& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_EQ(refusal(1.5), "price: expected decimal, got 1.5");
    EXPECT_EQ(refusal(Json(Date{2024, 1, 2})), "price: expected decimal, got a dict");
    EXPECT_EQ(refusal("many"), "price: expected decimal, got 'many'");
    for (const char* text : {"", ".", "1e", "e5", "1.2.3", "0x1", " 1", "--1"}) {
        EXPECT_FALSE(Decimal::parse(text)) << text;
    }
    for (const char* text : {"1.", ".5", "1e5", "+1", "NaN", "-Infinity"})
        EXPECT_TRUE(Decimal::parse(text)) << text;
    EXPECT_FALSE(Uuid::parse("1234"));
    EXPECT_FALSE(Uuid::parse("1234567812345678123456781234567g"));
}

TEST(Values, TheMarkerIsThatOfAnObjectWithExactlyTwoKeys) {
    EXPECT_EQ(typed_marker(Json(Date{})), "date");
    EXPECT_EQ(typed_marker(Json{{"__type__", "own"}, {"__value__", 1}}), "own");
    EXPECT_EQ(typed_marker(Json{{"__type__", "date"}, {"__value__", 1}, {"x", 1}}), "");
    EXPECT_EQ(typed_marker(Json{{"__type__", 1}, {"__value__", 1}}), "");
    EXPECT_EQ(typed_marker(Json("date")), "");
}

}  // namespace
}  // namespace taskworker
