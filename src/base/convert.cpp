#include "taskworker/convert.hpp"

#include <charconv>

namespace taskworker {
namespace {

// The value in a few characters, as Python shows it: an error text must not carry a whole document.
std::string brief(const Json& json) {
    constexpr std::size_t kMost = 40;
    switch (json.type()) {
        case Json::value_t::null:
            return "None";
        case Json::value_t::boolean:
            return json.get_ref<const bool&>() ? "True" : "False";
        case Json::value_t::array:
            return "a list";
        case Json::value_t::object:
            return "a dict";
        case Json::value_t::string: {
            const auto& text = json.get_ref<const std::string&>();
            if (text.size() <= kMost) return "'" + text + "'";
            std::size_t end = kMost;  // not in the middle of a character
            while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
            return std::string("'").append(text, 0, end).append("…'");
        }
        case Json::value_t::binary: {
            const auto& digits = json.get_binary();
            const auto shown = std::min(digits.size(), kMost);
            return std::string(
                       digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(shown)
                   ) +
                   (shown < digits.size() ? "…" : "");
        }
        case Json::value_t::number_float: {
            const double number = json.get_ref<const double&>();
            if (std::isnan(number)) return "nan";
            if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
            return json.dump();
        }
        default:
            return json.dump();
    }
}

bool is_big_int(const Json& json) {
    return json.is_binary() && json.get_binary().subtype() == kBigInt;
}

[[noreturn]] void refuse_int(
    const Json& json, const Path& path, std::uint64_t most, bool is_signed
) {
    if (!json.is_number_integer() && !is_big_int(json)) throw ConversionError(path, "int", json);
    int bits = is_signed ? 1 : 0;
    while (most != 0) ++bits, most >>= 1;
    throw ConversionError(
        path,
        (is_signed ? "int of " : "non-negative int of ") + std::to_string(bits) + " bits",
        json
    );
}

}  // namespace

ConversionError::~ConversionError() = default;
BadArgument::~BadArgument() = default;

ConversionError::ConversionError(const Path& path, const std::string& why)
    : std::runtime_error([&] {
          const auto place = path.text();
          return place.empty() ? why : place + ": " + why;
      }()) {}

ConversionError::ConversionError(const Path& path, std::string_view expected, const Json& got)
    : ConversionError(path, "expected " + std::string(expected) + ", got " + brief(got)) {}

std::string Path::text() const {
    std::string before = parent_ == nullptr ? std::string{} : parent_->text();
    if (index_) return before + "[" + std::to_string(*index_) + "]";
    if (!before.empty() && !key_.empty()) before += '.';
    return before + std::string(key_);
}

namespace detail {

bool read_bool(const Json& json, const Path& path) {
    if (!json.is_boolean()) throw ConversionError(path, "bool", json);
    return json.get_ref<const bool&>();
}

std::int64_t read_signed(
    const Json& json, const Path& path, std::int64_t least, std::int64_t most
) {
    if (json.is_number_unsigned()) {
        const auto value = json.get_ref<const std::uint64_t&>();
        if (value <= static_cast<std::uint64_t>(most)) return static_cast<std::int64_t>(value);
    } else if (json.is_number_integer()) {
        const auto value = json.get_ref<const std::int64_t&>();
        if (value >= least && value <= most) return value;
    }
    refuse_int(json, path, static_cast<std::uint64_t>(most), true);
}

std::uint64_t read_unsigned(const Json& json, const Path& path, std::uint64_t most) {
    if (json.is_number_unsigned()) {
        const auto value = json.get_ref<const std::uint64_t&>();
        if (value <= most) return value;
    } else if (json.is_number_integer()) {
        const auto value = json.get_ref<const std::int64_t&>();
        if (value >= 0 && static_cast<std::uint64_t>(value) <= most)
            return static_cast<std::uint64_t>(value);
    }
    refuse_int(json, path, most, false);
}

// An integer is taken where a float is asked for if the float is exactly it.
double read_double(const Json& json, const Path& path) {
    constexpr double k2To63 = 9223372036854775808.0, k2To64 = 18446744073709551616.0;
    if (json.is_number_float()) return json.get_ref<const double&>();
    if (json.is_number_unsigned()) {
        const auto value = json.get_ref<const std::uint64_t&>();
        const auto number = static_cast<double>(value);
        if (number < k2To64 && static_cast<std::uint64_t>(number) == value) return number;
    } else if (json.is_number_integer()) {
        const auto value = json.get_ref<const std::int64_t&>();
        const auto number = static_cast<double>(value);
        if (number < k2To63 && static_cast<std::int64_t>(number) == value) return number;
    } else if (!is_big_int(json)) {
        throw ConversionError(path, "float", json);
    }
    throw ConversionError(path, "float that is exact", json);
}

// Floats of Python are doubles: a float of C++ takes the nearest one, but never an infinity for a
// number.
float read_float(const Json& json, const Path& path) {
    const double number = read_double(json, path);
    const auto nearest = static_cast<float>(number);
    const bool exact = std::isnan(number) || static_cast<double>(nearest) == number;
    if (!exact && (std::isinf(nearest) || !json.is_number_float())) {
        throw ConversionError(path, "float of 32 bits", json);
    }
    return nearest;
}

const std::string& read_string(const Json& json, const Path& path) {
    if (!json.is_string()) throw ConversionError(path, "str", json);
    return json.get_ref<const std::string&>();
}

const Json& read_list(const Json& json, const Path& path) {
    if (!json.is_array()) throw ConversionError(path, "list", json);
    return json;
}

const Json& read_list(const Json& json, const Path& path, std::size_t size) {
    if (read_list(json, path).size() != size) {
        throw ConversionError(
            path,
            "expected list of " + std::to_string(size) + " items, got " +
                std::to_string(json.size())
        );
    }
    return json;
}

const Json& read_dict(const Json& json, const Path& path) {
    if (!json.is_object()) throw ConversionError(path, "dict", json);
    return json;
}

const Json* find_member(const Json& dict, std::string_view name) {
    for (const auto& [key, value] : dict.get_ref<const Json::object_t&>()) {
        if (key == name) return &value;
    }
    return nullptr;
}

Json key_as_json(std::string_view key, const Path& path) {
    const char* const end = key.data() + key.size();
    std::int64_t number = 0;
    if (const auto [at, bad] = std::from_chars(key.data(), end, number);
        bad == std::errc{} && at == end) {
        return Json(number);
    }
    std::uint64_t big = 0;
    if (const auto [at, bad] = std::from_chars(key.data(), end, big);
        bad == std::errc{} && at == end) {
        return Json(big);
    }
    throw ConversionError(path, "key that is an int", Json(std::string(key)));
}

}  // namespace detail
}  // namespace taskworker
