#include "base/iso_time.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace taskworker {
namespace {

using namespace std::chrono_literals;

// What `text` means, as we print it; "none" when it is refused.
std::string read(std::string_view text) {
    const auto time = parse_iso_time(text);
    return time ? format_iso_time(*time) : "none";
}

TEST(IsoTime, ReadsAllFormsThatIsoparseReads) {
    EXPECT_EQ(read("2024-05-01T10:00:00.123456+00:00"), "2024-05-01T10:00:00.123456+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00Z"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00z"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00+02:00"), "2024-05-01T08:00:00+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00-0330"), "2024-05-01T13:30:00+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00+02"), "2024-05-01T08:00:00+00:00");
    EXPECT_EQ(read("20240501T100000"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("20240501 1000"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024-05-01x10"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024-05-01T10Z"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00,5"), "2024-05-01T10:00:00.500000+00:00");
    EXPECT_EQ(read("2024-05-01T10:00:00.1234567891+01:00"), "2024-05-01T09:00:00.123456+00:00");
    EXPECT_EQ(read("2024-05-01T24:00"), "2024-05-02T00:00:00+00:00");
    EXPECT_EQ(read("2024-05-01"), "2024-05-01T00:00:00+00:00");
    EXPECT_EQ(read("2024-05"), "2024-05-01T00:00:00+00:00");
    EXPECT_EQ(read("2024"), "2024-01-01T00:00:00+00:00");
    EXPECT_EQ(read("20240501"), "2024-05-01T00:00:00+00:00");
}

TEST(IsoTime, SaysWhatDateutilSays) {
    std::ifstream file(TW_TEST_DATA "/golden/iso_cases.jsonl");
    int rows = 0;
    for (std::string line; std::getline(file, line); ++rows) {
        const auto row = nlohmann::json::parse(line);
        const auto text = row["in"].get<std::string>();
        EXPECT_EQ(read(text), row["utc"].is_null() ? "none" : row["utc"].get<std::string>())
            << text;
    }
    EXPECT_GT(rows, 1000);
}

TEST(IsoTime, ReadsWeekAndOrdinalDates) {
    EXPECT_EQ(read("2024-W18-3T10:00"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024W183"), "2024-05-01T00:00:00+00:00");
    EXPECT_EQ(read("2024-W18"), "2024-04-29T00:00:00+00:00");
    EXPECT_EQ(read("2024-122"), "2024-05-01T00:00:00+00:00");
    EXPECT_EQ(read("2024122T10"), "2024-05-01T10:00:00+00:00");
    EXPECT_EQ(read("2024-366"), "2024-12-31T00:00:00+00:00");
}

TEST(IsoTime, RefusesEverythingElse) {
    for (const char* text : {
             "",
             "1",
             "202",
             "20245",
             "202405",
             "2024-5-1",
             "2024-13-01",
             "2024-02-30",
             "0000-01-01",
             "2024-05-01T",
             "2024-05-01T1",
             "2024-05-01T10:",
             "2024-05-01T10:0",
             "2024-05-01T1000:00",
             "2024-05-01T10:0000",
             "2024-05-01T24:01",
             "2024-05-01T25:00",
             "2024-05-01T10:60",
             "2024-05-01T10:00:60",
             "2024-05-01T10:00:00.",
             "2024-05-01T10:00:00+2",
             "2024-05-01T10:00:00+02:0",
             "2024-05-01T10:00:00+02:60",
             "2024-05-01T10:00:00+24:00",
             "2024-05-01T10:00:00 +02:00",
             "2024-05-01T10:00:00Z ",
             "2024-05-01T10:00:00Zjunk",
             "2024-W54",
             "2024-W00",
             "2024-W18-8",
             "2024-W183",
             "2023-366",
             "2024-000",
             "1714557600",
             "now",
             "2024-05-01T10:00:00\xc3\xa9",
             "2024\xe2\x80\x91"
             "05-01",
         }) {
        EXPECT_EQ(read(text), "none") << text;
    }
}

TEST(IsoTime, CutsWhatATimePointCannotHold) {
    EXPECT_EQ(read("9999-12-31T23:59:59Z"), "2262-01-01T00:00:00+00:00");
    EXPECT_EQ(read("0001-01-01"), "1678-01-01T00:00:00+00:00");
}

TEST(IsoTime, PrintsAsPythonDoes) {
    EXPECT_EQ(format_iso_time(TimePoint{}), "1970-01-01T00:00:00+00:00");
    EXPECT_EQ(format_iso_time(TimePoint{} + 1us), "1970-01-01T00:00:00.000001+00:00");
    EXPECT_EQ(format_iso_time(TimePoint{} - 1us), "1969-12-31T23:59:59.999999+00:00");
    EXPECT_EQ(format_iso_time(TimePoint{} + 999ns), "1970-01-01T00:00:00+00:00");
}

}  // namespace
}  // namespace taskworker
