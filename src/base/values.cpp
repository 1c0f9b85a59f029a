#include "taskworker/values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <stdexcept>

#include "base/base64.hpp"
#include "base/utf8.hpp"

namespace taskworker {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes exactly `digits` decimal digits off the front.
bool take_number(std::string_view& text, std::size_t digits, int& number) {
    if (text.size() < digits ||
        !std::all_of(text.begin(), text.begin() + std::ptrdiff_t(digits), is_digit)) {
        return false;
    }
    std::from_chars(text.data(), text.data() + digits, number);
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

bool take_date(std::string_view& text, Date& date) {
    const bool read = take_number(text, 4, date.year) && take(text, '-') &&
                      take_number(text, 2, date.month) && take(text, '-') &&
                      take_number(text, 2, date.day);
    const std::chrono::year_month_day ymd{
        std::chrono::year(date.year),
        std::chrono::month(static_cast<unsigned>(date.month)),
        std::chrono::day(static_cast<unsigned>(date.day))};
    return read && date.year >= 1 && ymd.ok();
}

// "Z", "+01:00", "-03:30:15", or nothing
bool take_offset(std::string_view& text, std::optional<int>& offset) {
    if (text.empty()) return true;
    if (take(text, 'Z')) {
        offset = 0;
        return true;
    }
    const bool west = text.front() == '-';
    int hours = 0, minutes = 0, seconds = 0;
    if (!(take(text, '+') || take(text, '-')) || !take_number(text, 2, hours)) return false;
    take(text, ':');
    if (!text.empty() && !take_number(text, 2, minutes)) return false;
    if (take(text, ':') && !take_number(text, 2, seconds)) return false;
    if (hours > 23 || minutes > 59 || seconds > 59) return false;
    const int east = hours * 3600 + minutes * 60 + seconds;
    offset = west ? -east : east;
    return true;
}

bool take_time(std::string_view& text, Time& time) {
    if (!take_number(text, 2, time.hour) || !take(text, ':') || !take_number(text, 2, time.minute))
        return false;
    if (take(text, ':') && !take_number(text, 2, time.second)) return false;
    if (take(text, '.')) {
        int digits = 0;
        for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++digits) {
            if (digits < 6) time.microsecond = time.microsecond * 10 + (text.front() - '0');
        }
        if (digits == 0) return false;
        for (; digits < 6; ++digits) time.microsecond *= 10;
    }
    if (time.hour > 23 || time.minute > 59 || time.second > 59) return false;
    return take_offset(text, time.offset);
}

std::string padded(int number, std::size_t width) {
    auto digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

std::string offset_text(int offset) {
    const int size = offset < 0 ? -offset : offset;
    std::string text = offset < 0 ? "-" : "+";
    text += padded(size / 3600, 2) + ":" + padded(size / 60 % 60, 2);
    if (size % 60 != 0) text += ":" + padded(size % 60, 2);
    return text;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

// The finite forms of Python's Decimal("…"): [sign] digits [. digits] [E [sign] digits].
bool is_finite_decimal(std::string_view text) {
    const auto whole = skip_digits(text, 0);
    std::size_t digits = whole, at = whole;
    if (at < text.size() && text[at] == '.') {
        at = skip_digits(text, whole + 1);
        digits += at - whole - 1;
    }
    if (digits == 0) return false;
    if (at < text.size() && (text[at] == 'E' || text[at] == 'e')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        const auto end = skip_digits(text, at);
        if (end == at) return false;
        at = end;
    }
    return at == text.size();
}

Json typed(std::string_view marker, Json value) {
    Json json = Json::object();
    json["__type__"] = std::string(marker);
    json["__value__"] = std::move(value);
    return json;
}

// The value under this marker, or the plain text that old kombu sends; null for all else.
const Json* value_of(const Json& json, std::string_view marker) {
    if (typed_marker(json) == marker) return detail::find_member(json, "__value__");
    return json.is_string() ? &json : nullptr;
}

template <class T>
T read_text_value(const Json& json, std::string_view marker, const Path& path) {
    const Json* value = value_of(json, marker);
    if (value != nullptr && value->is_string()) {
        if (auto parsed = T::parse(value->get_ref<const std::string&>())) return *std::move(parsed);
    }
    throw ConversionError(path, marker, value != nullptr ? *value : json);
}

}  // namespace

std::optional<Date> Date::parse(std::string_view iso) {
    Date date;
    return take_date(iso, date) && iso.empty() ? std::optional(date) : std::nullopt;
}
std::string Date::iso() const {
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2);
}

std::optional<Time> Time::parse(std::string_view iso) {
    Time time;
    return take_time(iso, time) && iso.empty() ? std::optional(time) : std::nullopt;
}
std::string Time::iso() const {
    std::string text = padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2);
    if (microsecond != 0) text += "." + padded(microsecond, 6);
    return offset ? text + offset_text(*offset) : text;
}

DateTime::DateTime(TimePoint instant) {
    const auto micros = std::chrono::floor<std::chrono::microseconds>(instant);
    const auto day = std::chrono::floor<std::chrono::days>(micros);
    const std::chrono::year_month_day ymd(day);
    const std::chrono::hh_mm_ss clock(micros - day);
    date = {
        static_cast<int>(ymd.year()),
        static_cast<int>(static_cast<unsigned>(ymd.month())),
        static_cast<int>(static_cast<unsigned>(ymd.day()))};
    time = {
        static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count()),
        0};
}

std::optional<DateTime> DateTime::parse(std::string_view iso) {
    DateTime value;
    if (!take_date(iso, value.date)) return std::nullopt;
    if (iso.empty()) return value;
    if (!take(iso, 'T') && !take(iso, ' ')) return std::nullopt;
    return take_time(iso, value.time) && iso.empty() ? std::optional(value) : std::nullopt;
}
std::string DateTime::iso() const { return date.iso() + "T" + time.iso(); }

TimePoint DateTime::time_point() const {
    const std::chrono::sys_days day = std::chrono::year_month_day{
        std::chrono::year(date.year),
        std::chrono::month(static_cast<unsigned>(date.month)),
        std::chrono::day(static_cast<unsigned>(date.day))};
    const auto clock = std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
                       std::chrono::seconds(time.second) -
                       std::chrono::seconds(time.offset.value_or(0)) +
                       std::chrono::microseconds(time.microsecond);
    // Years 1 to 9999 are more than nanoseconds in 64 bits can count: cut to what they can.
    const auto micros = std::chrono::sys_time<std::chrono::microseconds>(day) + clock;
    const auto least = std::chrono::ceil<std::chrono::microseconds>(TimePoint::min());
    const auto most = std::chrono::floor<std::chrono::microseconds>(TimePoint::max());
    return std::clamp(micros, least, most);
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    auto number = text;
    if (number.starts_with('-') || number.starts_with('+')) number.remove_prefix(1);
    const bool special = number == "NaN" || number == "sNaN" || number == "Infinity";
    if (!special && !is_finite_decimal(number)) return std::nullopt;
    Decimal value;
    value.text_ = text;
    return value;
}
Decimal::Decimal(std::string text) {
    auto parsed = parse(text);
    if (!parsed) throw std::invalid_argument("no decimal number: '" + text + "'");
    text_ = std::move(text);
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    Uuid uuid;
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == '-') continue;
        const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        const auto value = kHex.find(lower);
        if (value == std::string_view::npos || digits == 32) return std::nullopt;
        auto& byte = uuid.bytes[digits++ / 2];
        byte = static_cast<std::uint8_t>(static_cast<std::size_t>(byte) << 4u | value);
    }
    return digits == 32 ? std::optional(uuid) : std::nullopt;
}
std::string Uuid::hex() const {
    std::string text;
    for (const auto byte : bytes) text.append({kHex[byte >> 4u], kHex[byte & 15u]});
    return text;
}
std::string Uuid::text() const {
    const auto digits = hex();
    return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
           digits.substr(16, 4) + '-' + digits.substr(20);
}

std::optional<BigInt> BigInt::parse(std::string_view digits) {
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
    while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
    BigInt value;
    value.digits_ = (negative && digits != "0" ? "-" : "") + std::string(digits);
    return value;
}
BigInt::BigInt(std::string digits) {
    auto parsed = parse(digits);
    if (!parsed) throw std::invalid_argument("no integer: '" + digits + "'");
    digits_ = std::move(parsed->digits_);
}

std::string_view typed_marker(const Json& json) {
    if (!json.is_object() || json.size() != 2) return {};
    const Json* type = detail::find_member(json, "__type__");
    if (type == nullptr || !type->is_string() || detail::find_member(json, "__value__") == nullptr)
        return {};
    return type->get_ref<const std::string&>();
}

// ---- on the wire: kombu/utils/json.py ----

Json Convert<Date>::to_json(const Date& value) { return typed("date", value.iso()); }
Date Convert<Date>::from_json(const Json& json, const Path& path) {
    const Json* value = value_of(json, "date");
    if (value != nullptr && value->is_string()) {  // kombu takes the date of a datetime too
        if (auto parsed = DateTime::parse(value->get_ref<const std::string&>()))
            return parsed->date;
    }
    throw ConversionError(path, "date", value != nullptr ? *value : json);
}

Json Convert<Time>::to_json(const Time& value) { return typed("time", value.iso()); }
Time Convert<Time>::from_json(const Json& json, const Path& path) {
    return read_text_value<Time>(json, "time", path);
}

Json Convert<DateTime>::to_json(const DateTime& value) { return typed("datetime", value.iso()); }
DateTime Convert<DateTime>::from_json(const Json& json, const Path& path) {
    return read_text_value<DateTime>(json, "datetime", path);
}

Json Convert<Decimal>::to_json(const Decimal& value) { return typed("decimal", value.text()); }
Decimal Convert<Decimal>::from_json(const Json& json, const Path& path) {
    const Json* value = value_of(json, "decimal");
    if (value != nullptr && value->is_number_integer()) return Decimal(value->dump());
    return read_text_value<Decimal>(json, "decimal", path);
}

Json Convert<Uuid>::to_json(const Uuid& value) {
    Json hex = Json::object();
    hex["hex"] = value.hex();
    return typed("uuid", std::move(hex));
}
Uuid Convert<Uuid>::from_json(const Json& json, const Path& path) {
    const Json* value = value_of(json, "uuid");
    const Json* hex =
        value != nullptr && value->is_object() ? detail::find_member(*value, "hex") : value;
    if (hex != nullptr && hex->is_string()) {
        if (auto parsed = Uuid::parse(hex->get_ref<const std::string&>())) return *parsed;
    }
    throw ConversionError(path, "uuid", json);
}

Json Convert<Bytes>::to_json(const Bytes& value) {
    if (is_strict_utf8(value.data)) return typed("bytes", value.data);
    return typed("base64", base64_encode(value.data));
}
Bytes Convert<Bytes>::from_json(const Json& json, const Path& path) {
    const auto marker = typed_marker(json);
    const Json* value = marker.empty() ? nullptr : detail::find_member(json, "__value__");
    if (value != nullptr && value->is_string()) {
        const auto& text = value->get_ref<const std::string&>();
        if (marker == "bytes") return {text};
        if (auto bytes = marker == "base64" ? base64_decode(text) : std::nullopt)
            return {*std::move(bytes)};
    }
    throw ConversionError(path, "bytes", json);
}

Json Convert<BigInt>::to_json(const BigInt& value) {
    const auto& digits = value.digits();
    try {
        return detail::key_as_json(digits, {});  // fits 64 bits: an ordinary number
    } catch (const ConversionError&) {
        return Json::binary({digits.begin(), digits.end()}, kBigInt);
    }
}
BigInt Convert<BigInt>::from_json(const Json& json, const Path& path) {
    if (json.is_number_integer()) return BigInt(json.dump());
    if (json.is_binary() && json.get_binary().subtype() == kBigInt) {
        const auto& digits = json.get_binary();
        if (auto parsed = BigInt::parse(std::string(digits.begin(), digits.end())))
            return *std::move(parsed);
    }
    throw ConversionError(path, "int", json);
}

}  // namespace taskworker
