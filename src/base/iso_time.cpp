#include "base/iso_time.hpp"

#include <algorithm>
#include <cstdint>

namespace taskworker {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads from the left; a failed step leaves `ok` false and everything after it is void.
struct Scanner {
    std::string_view text;
    std::size_t at = 0;
    bool ok = true;

    bool done() const { return at >= text.size(); }
    char peek() const { return done() ? '\0' : text[at]; }
    bool skip(char c) { return peek() == c && !done() ? (++at, true) : false; }
    int digits(std::size_t n) {
        int value = 0;
        for (std::size_t i = 0; i < n; ++i, ++at) {
            if (done() || !is_digit(text[at])) return ok = false, 0;
            value = value * 10 + (text[at] - '0');
        }
        return value;
    }
};

std::optional<sys_days> date_of(int year, int month, int day) {
    const year_month_day date{
        std::chrono::year(year),
        std::chrono::month(static_cast<unsigned>(month)),
        std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok()) return std::nullopt;
    return sys_days(date);
}

struct Components {
    int year = 0, month = 1, day = 1;
};

// YYYY, YYYY-MM, YYYY-MM-DD, YYYYMMDD (isoparser.py: _parse_isodate_common).
std::optional<Components> common_date(Scanner& in) {
    Components date;
    date.year = in.digits(4);
    if (!in.ok || in.done()) return in.ok ? std::optional(date) : std::nullopt;
    const bool dashed = in.skip('-');
    date.month = in.digits(2);
    if (!in.ok) return std::nullopt;
    if (in.done()) return dashed ? std::optional(date) : std::nullopt;
    if (dashed && !in.skip('-')) return std::nullopt;
    date.day = in.digits(2);
    return in.ok ? std::optional(date) : std::nullopt;
}

std::optional<sys_days> week_date(Scanner& in, int year, bool dashed) {
    const int week = in.digits(2);
    int day = 1;
    if (in.ok && !in.done()) {
        if (in.skip('-') != dashed) return std::nullopt;
        day = in.digits(1);
    }
    if (!in.ok || week < 1 || week > 53 || day < 1 || day > 7 || year < 1) return std::nullopt;
    const sys_days fourth = *date_of(year, 1, 4);  // always in week 1
    const auto monday = fourth - days(std::chrono::weekday(fourth).iso_encoding() - 1);
    return monday + days((week - 1) * 7 + day - 1);
}

// YYYY-Www-D, YYYYWww, YYYY-DDD, YYYYDDD (isoparser.py: _parse_isodate_uncommon).
std::optional<sys_days> uncommon_date(Scanner& in) {
    const int year = in.digits(4);
    const bool dashed = in.skip('-');
    if (!in.ok) return std::nullopt;
    if (in.skip('W')) return week_date(in, year, dashed);
    const int ordinal = in.digits(3);
    const bool leap = std::chrono::year(year).is_leap();
    if (!in.ok || year < 1 || ordinal < 1 || ordinal > 365 + leap) return std::nullopt;
    return *date_of(year, 1, 1) + days(ordinal - 1);
}

std::optional<sys_days> read_date(Scanner& in) {
    if (const auto date = common_date(in)) return date_of(date->year, date->month, date->day);
    in = Scanner{in.text};
    return uncommon_date(in);
}

// "Z", "+02", "+0200", "+02:00": minutes east of UTC.
std::optional<int> read_zone(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 3 && text.size() != 5 && text.size() != 6) return std::nullopt;
    if (text[0] != '+' && text[0] != '-') return std::nullopt;
    Scanner in{text, 1};
    const int hours = in.digits(2);
    int minutes = 0;
    if (text.size() > 3) {
        in.skip(':');
        minutes = in.digits(2);
    }
    if (!in.ok || !in.done() || minutes > 59 || hours > 23) return std::nullopt;
    return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

int read_fraction(Scanner& in) {
    ++in.at;  // '.' or ','
    int value = 0, places = 0;
    for (; !in.done() && is_digit(in.peek()); ++in.at) {
        if (places < 6) value = value * 10 + (in.peek() - '0'), ++places;
    }
    in.ok = places > 0;
    for (; places < 6; ++places) value *= 10;
    return value;
}

// The time behind the separator, less its offset (isoparser.py: _parse_isotime).
std::optional<microseconds> read_time(std::string_view text) {
    Scanner in{text};
    int parts[3] = {0, 0, 0};
    int fraction = 0, offset = 0;
    bool colons = false;
    if (text.size() < 2) return std::nullopt;
    const auto at_zone = [&] {
        return std::string_view("+-Zz").find(in.peek()) != std::string_view::npos;
    };
    for (int part = 0; part < 3 && !in.done() && !at_zone(); ++part) {
        if (part == 1) colons = in.skip(':');
        if (part == 2 && colons && !in.skip(':')) return std::nullopt;
        parts[part] = in.digits(2);
        if (!in.ok) return std::nullopt;
        if (part == 2 && (in.peek() == '.' || in.peek() == ',')) fraction = read_fraction(in);
    }
    if (!in.ok) return std::nullopt;
    if (!in.done()) {
        const auto zone = read_zone(text.substr(in.at));
        if (!zone) return std::nullopt;
        offset = *zone;
    }
    const bool midnight = parts[0] == 24 && parts[1] == 0 && parts[2] == 0 && fraction == 0;
    if ((parts[0] > 23 && !midnight) || parts[1] > 59 || parts[2] > 59) return std::nullopt;
    return std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1] - offset) +
           std::chrono::seconds(parts[2]) + microseconds(fraction);
}

TimePoint cut_to_range(std::chrono::sys_time<microseconds> time) {
    using namespace std::chrono_literals;
    constexpr auto first = sys_days(std::chrono::January / 1 / 1678);
    constexpr auto last = sys_days(std::chrono::January / 1 / 2262);
    return std::clamp<std::chrono::sys_time<microseconds>>(time, first, last);
}

}  // namespace

std::optional<TimePoint> parse_iso_time(std::string_view text) {
    const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 128; };
    if (!std::all_of(text.begin(), text.end(), ascii)) return std::nullopt;
    Scanner in{text};
    const auto date = read_date(in);
    if (!date) return std::nullopt;
    if (in.done()) return cut_to_range(*date);
    const auto time = read_time(text.substr(in.at + 1));
    if (!time) return std::nullopt;
    return cut_to_range(*date + *time);
}

std::string format_iso_time(TimePoint time) {
    const auto micros = std::chrono::floor<microseconds>(time);
    const auto day = std::chrono::floor<days>(micros);
    const year_month_day date(day);
    const std::chrono::hh_mm_ss clock(micros - day);
    // By hand: every result has one, and fmt takes ten times as long.
    std::string text = "0000-00-00T00:00:00.000000+00:00";
    const auto put = [&text](std::size_t at, std::size_t width, std::int64_t value) {
        for (auto i = at + width; i > at; value /= 10)
            text[--i] = static_cast<char>('0' + value % 10);
    };
    put(0, 4, static_cast<int>(date.year()));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, clock.hours().count());
    put(14, 2, clock.minutes().count());
    put(17, 2, clock.seconds().count());
    const auto rest = clock.subseconds().count();
    rest == 0 ? void(text.erase(19, 7)) : put(20, 6, rest);
    return text;
}

}  // namespace taskworker
