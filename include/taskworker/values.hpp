#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "taskworker/convert.hpp"
#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/time.hpp"

// Python's values that JSON has no words for. In arguments and results they travel as kombu's typed
// objects, {"__type__": "decimal", "__value__": "1.50"} (kombu/utils/json.py), and become Python's
// datetime, date, time, Decimal, UUID, bytes and int again. The plain texts that kombu before 5.3
// sends are read as well. All of them are values; parse() gives nothing for a text that is none.

namespace taskworker {

struct TASKWORKER_EXPORT Date {
    int year = 1970, month = 1, day = 1;

    static std::optional<Date> parse(std::string_view iso);  // 2024-01-02
    std::string iso() const;
    auto operator<=>(const Date&) const = default;
};

// A time of day. `offset`: seconds east of UTC; none = naive, as Python calls it.
struct TASKWORKER_EXPORT Time {
    int hour = 0, minute = 0, second = 0, microsecond = 0;
    std::optional<int> offset = {};

    static std::optional<Time> parse(std::string_view iso);  // 03:04[:05[.678901]][Z|+01:00]
    std::string iso() const;
    bool operator==(const Time&) const = default;
};

// Equality is member by member: the same instant in two zones is not equal; compare time_point()
// for that.
struct TASKWORKER_EXPORT DateTime {
    Date date;
    Time time;

    DateTime() = default;
    DateTime(Date d, Time t) : date(d), time(t) {}
    explicit DateTime(TimePoint instant);  // aware, in UTC, to the microsecond

    static std::optional<DateTime> parse(std::string_view iso);  // also a date alone: midnight
    std::string iso() const;                                     // as Python's isoformat() has it
    TimePoint time_point() const;  // naive ones are taken as UTC, as Celery does
    bool operator==(const DateTime&) const = default;
};

// An exact decimal number, kept as its text ("1.50" keeps its zero, NaN and Infinity are Decimals
// too).
class TASKWORKER_EXPORT Decimal {
public:
    Decimal() = default;
    explicit Decimal(std::string text);  // throws std::invalid_argument

    static std::optional<Decimal> parse(std::string_view text);
    const std::string& text() const { return text_; }
    bool operator==(const Decimal&) const = default;

private:
    std::string text_ = "0";
};

struct TASKWORKER_EXPORT Uuid {
    std::array<std::uint8_t, 16> bytes{};

    static std::optional<Uuid> parse(std::string_view text);  // with or without hyphens
    std::string hex() const;                                  // 32 digits
    std::string text() const;  // 12345678-1234-5678-1234-567812345678
    auto operator<=>(const Uuid&) const = default;
};

// Python's bytes.
struct Bytes {
    std::string data;
    auto operator<=>(const Bytes&) const = default;
};

// An integer of any size, as its decimal text ("-170141183460469231731687303715884105728").
class TASKWORKER_EXPORT BigInt {
public:
    BigInt() = default;
    BigInt(std::int64_t value) : digits_(std::to_string(value)) {}  // NOLINT: a number is a number
    explicit BigInt(std::string digits);                            // throws std::invalid_argument

    static std::optional<BigInt> parse(std::string_view digits);
    const std::string& digits() const { return digits_; }
    bool operator==(const BigInt&) const = default;

private:
    std::string digits_ = "0";
};

// What a typed object says it is: "datetime", "date", "time", "decimal", "uuid", "bytes", "base64"
// or the name of a type that somebody registered; empty for every other value.
TASKWORKER_EXPORT std::string_view typed_marker(const Json& json);

#define TASKWORKER_DETAIL_VALUE(Type)                              \
    template <>                                                    \
    struct TASKWORKER_EXPORT Convert<Type> {                       \
        static Json to_json(const Type& value);                    \
        static Type from_json(const Json& json, const Path& path); \
    };
TASKWORKER_DETAIL_VALUE(Date)
TASKWORKER_DETAIL_VALUE(Time)
TASKWORKER_DETAIL_VALUE(DateTime)
TASKWORKER_DETAIL_VALUE(Decimal)
TASKWORKER_DETAIL_VALUE(Uuid)
TASKWORKER_DETAIL_VALUE(Bytes)
TASKWORKER_DETAIL_VALUE(BigInt)
#undef TASKWORKER_DETAIL_VALUE

}  // namespace taskworker
