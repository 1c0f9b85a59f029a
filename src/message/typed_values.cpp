#include "message/typed_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "base/base64.hpp"
#include "base/utf8.hpp"
#include "taskworker/values.hpp"

namespace taskworker {
namespace {

struct KnownType {
    std::string_view marker, python;
};
constexpr std::array kKnownTypes = {
    KnownType{"datetime", "datetime.datetime"},
    KnownType{"date", "datetime.date"},
    KnownType{"time", "datetime.time"},
    KnownType{"decimal", "decimal.Decimal"},
    KnownType{"uuid", "UUID"},
    KnownType{"bytes", ""},
    KnownType{"base64", ""},
};

struct Marked {
    const std::string& type;
    const Json& value;
};

std::optional<Marked> marked(const Json& value) {
    if (!value.is_object() || value.size() != 2) return std::nullopt;
    const auto type = value.find("__type__"), inner = value.find("__value__");
    if (type == value.end() || inner == value.end() || !type->is_string()) return std::nullopt;
    return Marked{type->get_ref<const std::string&>(), *inner};
}

// What datetime.isoformat() has in it; read strictly as kombu wrote it.
struct IsoText {
    std::string_view rest;
    bool ok = true;
    int year = 1, month = 1, day = 1, hour = 0, minute = 0, second = 0, micros = 0;
    std::optional<int> offset = {};  // seconds

    bool skip(char c) {
        if (rest.empty() || rest[0] != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    int digits(std::size_t n) {
        int value = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (i >= rest.size() || rest[i] < '0' || rest[i] > '9') return ok = false, 0;
            value = value * 10 + (rest[i] - '0');
        }
        rest.remove_prefix(n);
        return value;
    }
    void read_date() {
        year = digits(4);
        ok = ok && skip('-');
        month = ok ? digits(2) : 0;
        ok = ok && skip('-');
        day = ok ? digits(2) : 0;
        const std::chrono::year_month_day date{
            std::chrono::year(year),
            std::chrono::month(static_cast<unsigned>(month)),
            std::chrono::day(static_cast<unsigned>(day))};
        ok = ok && year >= 1 && date.ok();
    }
    void read_clock() {
        hour = digits(2);
        ok = ok && skip(':');
        minute = ok ? digits(2) : 0;
        if (ok && skip(':')) second = digits(2);
        if (ok && skip('.')) micros = digits(6);
        ok = ok && hour < 24 && minute < 60 && second < 60;
        if (ok && !rest.empty()) read_offset();
    }
    void read_offset() {
        if (skip('Z')) return void(offset = 0);
        const bool minus = skip('-');
        if (!minus && !skip('+')) return void(ok = false);
        const int hours = digits(2);
        ok = ok && skip(':');
        const int minutes = ok ? digits(2) : 0;
        const int seconds = ok && skip(':') ? digits(2) : 0;
        ok = ok && hours < 24 && minutes < 60 && seconds < 60;
        offset = (minus ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
    }

    std::string zone_repr() const {
        if (!offset) return "";
        if (*offset == 0) return ", tzinfo=datetime.timezone.utc";
        const auto delta = *offset > 0 ? fmt::format("seconds={}", *offset)
                                       : fmt::format("days=-1, seconds={}", *offset + 86400);
        return fmt::format(", tzinfo=datetime.timezone(datetime.timedelta({}))", delta);
    }
    std::string clock_repr() const {
        auto text = fmt::format("{}, {}", hour, minute);
        if (second || micros) text += fmt::format(", {}", second);
        if (micros) text += fmt::format(", {}", micros);
        return text + zone_repr() + ")";
    }
    std::string date_text() const { return fmt::format("{:04}-{:02}-{:02}", year, month, day); }
    std::string clock_text() const {
        auto text = fmt::format("{:02}:{:02}:{:02}", hour, minute, second);
        if (micros) text += fmt::format(".{:06}", micros);
        if (!offset) return text;
        const int size = std::abs(*offset);
        text += fmt::format("{}{:02}:{:02}", *offset < 0 ? '-' : '+', size / 3600, size / 60 % 60);
        return size % 60 ? text + fmt::format(":{:02}", size % 60) : text;
    }
};

std::optional<TypedText> datetime_text(std::string_view text) {
    IsoText iso{text};
    iso.read_date();
    if (iso.ok && (iso.skip('T') || iso.skip(' '))) iso.read_clock();
    if (!iso.ok || !iso.rest.empty()) return std::nullopt;
    return TypedText{
        fmt::format(
            "datetime.datetime({}, {}, {}, {}", iso.year, iso.month, iso.day, iso.clock_repr()
        ),
        iso.date_text() + " " + iso.clock_text()};
}

std::optional<TypedText> date_text(std::string_view text) {
    IsoText iso{text};
    iso.read_date();
    if (iso.ok && iso.skip('T')) iso.read_clock();
    if (!iso.ok || !iso.rest.empty()) return std::nullopt;
    return TypedText{
        fmt::format("datetime.date({}, {}, {})", iso.year, iso.month, iso.day), iso.date_text()};
}

std::optional<TypedText> time_text(std::string_view text) {
    IsoText iso{text};
    iso.read_clock();
    if (!iso.ok || !iso.rest.empty()) return std::nullopt;
    return TypedText{fmt::format("datetime.time({}", iso.clock_repr()), iso.clock_text()};
}

std::optional<TypedText> decimal_text(const std::string& text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'E' || c == 'e';
    });
    const bool named = text.find("NaN") != text.npos || text.find("Infinity") != text.npos;
    const bool wordy = named && text.find_first_of("'\\ \n") == text.npos && text.size() < 40;
    if (text.empty() || (!plain && !wordy)) return std::nullopt;
    return TypedText{fmt::format("Decimal('{}')", text), text};
}

std::optional<TypedText> uuid_text(const Json& value) {
    if (!value.is_object()) return std::nullopt;
    const auto hex = value.find("hex");
    if (hex == value.end() || !hex->is_string()) return std::nullopt;
    std::string digits;
    for (const char c : hex->get_ref<const std::string&>()) {
        if (c == '-') continue;
        const bool upper = c >= 'A' && c <= 'F';
        if (!upper && !(c >= 'a' && c <= 'f') && !(c >= '0' && c <= '9')) return std::nullopt;
        digits += static_cast<char>(upper ? c + 32 : c);
    }
    if (digits.size() != 32) return std::nullopt;
    for (const std::size_t at : {8u, 13u, 18u, 23u}) digits.insert(at, "-");
    return TypedText{fmt::format("UUID('{}')", digits), digits};
}

// As Python's b64decode: signs that are none of base64 are passed over.
std::optional<std::string> lenient_base64(const std::string& text) {
    if (auto bytes = base64_decode(text)) return bytes;
    std::string kept;
    std::copy_if(text.begin(), text.end(), std::back_inserter(kept), [](char c) {
        const auto lower = static_cast<char>(c | 32);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
               c == '=';
    });
    return base64_decode(kept);
}

}  // namespace

std::optional<TypedText> typed_text(const Json& value) {
    const auto mark = marked(value);
    if (!mark) return std::nullopt;
    if (mark->type == "uuid") return uuid_text(mark->value);
    if (!mark->value.is_string()) return std::nullopt;
    const auto& text = mark->value.get_ref<const std::string&>();
    if (mark->type == "datetime") return datetime_text(text);
    if (mark->type == "date") return date_text(text);
    if (mark->type == "time") return time_text(text);
    if (mark->type == "decimal") return decimal_text(text);
    return std::nullopt;
}

std::optional<std::string> typed_bytes(const Json& value) {
    const auto mark = marked(value);
    if (!mark || !mark->value.is_string()) return std::nullopt;
    const auto& text = mark->value.get_ref<const std::string&>();
    if (mark->type == "bytes") return text;
    return mark->type == "base64" ? lenient_base64(text) : std::nullopt;
}

bool is_known_type(std::string_view marker) {
    return std::any_of(kKnownTypes.begin(), kKnownTypes.end(), [&](const KnownType& known) {
        return known.marker == marker;
    });
}

// What Convert makes of it is what a task would get (taskworker/values.hpp).
bool is_valid_typed_value(const Json& typed) {
    const auto type = typed_marker(typed);
    const auto& value = typed.at("__value__");
    if (type == "uuid") return value.is_object() && uuid_text(value);
    if (type == "decimal" && value.is_number_integer()) return true;
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    if (type == "datetime" || type == "date") return DateTime::parse(text).has_value();
    if (type == "time") return Time::parse(text).has_value();
    if (type == "decimal") return Decimal::parse(text).has_value();
    if (type == "bytes") return is_strict_utf8(text);
    return type == "base64" && lenient_base64(text);
}

std::string_view python_type_of_typed(const Json& value) {
    const auto mark = marked(value);
    if (!mark) return {};
    for (const auto& known : kKnownTypes)
        if (known.marker == mark->type) return known.python;
    return {};
}

Json bytes_value(const std::string& bytes) { return Convert<Bytes>::to_json(Bytes{bytes}); }

}  // namespace taskworker
