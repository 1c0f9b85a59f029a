#include "base/time_zone.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "base/iso_time.hpp"

namespace taskworker {
namespace {

std::string in_zone(const char* zone, const char* utc, bool enable_utc = true) {
    Settings settings;
    settings.timezone = zone;
    settings.enable_utc = enable_utc;
    return format_iso_time(*parse_iso_time(utc), settings);
}

TEST(TimeZone, IsUtcWithoutASetting) {
    EXPECT_EQ(in_zone("", "2024-05-01T10:00:00.123456Z"), "2024-05-01T10:00:00.123456+00:00");
    EXPECT_EQ(in_zone("UTC", "2024-05-01T10:00:00Z", false), "2024-05-01T10:00:00+00:00");
}

// datetime.fromisoformat(…).astimezone(ZoneInfo(…)).isoformat()
TEST(TimeZone, ShowsTheSitesClockWithItsOffset) {
    EXPECT_EQ(
        in_zone("Europe/Berlin", "2024-05-01T10:00:00.5Z"), "2024-05-01T12:00:00.500000+02:00"
    );
    EXPECT_EQ(in_zone("Europe/Berlin", "2024-12-31T23:30:00Z"), "2025-01-01T00:30:00+01:00");
    EXPECT_EQ(in_zone("America/St_Johns", "2024-01-15T00:00:00Z"), "2024-01-14T20:30:00-03:30");
    EXPECT_EQ(in_zone("Asia/Shanghai", "2024-02-29T20:00:00Z"), "2024-03-01T04:00:00+08:00");
    EXPECT_EQ(
        in_zone("Asia/Kathmandu", "2024-05-01T00:00:00Z", false), "2024-05-01T05:45:00+05:45"
    );
}

TEST(TimeZone, ChangesAtTheInstantsOfTheDatabase) {
    EXPECT_EQ(in_zone("Europe/Berlin", "2024-03-31T00:59:59Z"), "2024-03-31T01:59:59+01:00");
    EXPECT_EQ(in_zone("Europe/Berlin", "2024-03-31T01:00:00Z"), "2024-03-31T03:00:00+02:00");
    EXPECT_EQ(in_zone("Europe/Berlin", "2024-10-27T00:30:00Z"), "2024-10-27T02:30:00+02:00");
    EXPECT_EQ(in_zone("Europe/Berlin", "2024-10-27T01:30:00Z"), "2024-10-27T02:30:00+01:00");
}

TEST(TimeZone, IsTheMachinesOwnWithoutUtc) {
    ASSERT_EQ(::setenv("TZ", "EST5", 1), 0);
    ::tzset();
    EXPECT_EQ(in_zone("", "2024-05-01T10:00:00Z", false), "2024-05-01T05:00:00-05:00");
    ::unsetenv("TZ");
    ::tzset();
}

TEST(TimeZone, KnowsTheNamesOfTheDatabase) {
    EXPECT_TRUE(is_time_zone("Europe/Berlin"));
    EXPECT_TRUE(is_time_zone("UTC"));
    EXPECT_FALSE(is_time_zone("Europe/Atlantis"));
    EXPECT_FALSE(is_time_zone("../../etc/passwd"));
    EXPECT_EQ(in_zone("Europe/Atlantis", "2024-05-01T10:00:00Z"), "2024-05-01T10:00:00+00:00");
}

}  // namespace
}  // namespace taskworker
