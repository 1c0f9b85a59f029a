#include "message/python_json.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "message/json_builder.hpp"
#include "message/json_lexer.hpp"

namespace taskworker {
namespace {

using Members = std::vector<std::pair<std::string, Json>>;

Json big_int(std::string_view digits) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(digits.data());
    return Json::binary(std::vector<std::uint8_t>(bytes, bytes + digits.size()), kBigInt);
}

Json integer(std::string_view digits) {
    const auto* end = digits.data() + digits.size();
    std::int64_t value = 0;
    if (std::from_chars(digits.data(), end, value).ec == std::errc()) return value;
    std::uint64_t large = 0;
    if (digits[0] != '-' && std::from_chars(digits.data(), end, large).ec == std::errc())
        return large;
    return big_int(digits);
}

long exponent_of(std::string_view text) {
    constexpr long kFar = 1'000'000'000;
    if (text.starts_with('+')) text.remove_prefix(1);
    long value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec == std::errc()) return std::clamp(value, -kFar, kFar);
    return text.starts_with('-') ? -kFar : kFar;
}

// Too large or too small for a double: infinity or zero, as float() has it.
double beyond_range(std::string_view digits) {
    const bool minus = digits.starts_with('-');
    if (minus) digits.remove_prefix(1);
    const auto e = digits.find_first_of("eE");
    const auto mantissa = digits.substr(0, e);
    const long exponent = e == std::string_view::npos ? 0 : exponent_of(digits.substr(e + 1));
    const auto first = mantissa.find_first_not_of("0.");
    const auto point = std::min(mantissa.find('.'), mantissa.size());
    const bool zero = first == std::string_view::npos;
    const long places = zero ? 0 : static_cast<long>(point) - static_cast<long>(first);
    const double size =
        zero || exponent + places < 0 ? 0.0 : std::numeric_limits<double>::infinity();
    return minus ? -size : size;
}

double floating(std::string_view digits) {
    double value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return read.ec == std::errc() ? value : beyond_range(digits);
}

class Reader {
public:
    explicit Reader(JsonLexer& lexer) : lexer_(lexer) {}

    // Recursive; WireLimits::depth bounds it.
    bool read_value(Json& out) {
        if (!lexer_.count_value()) return false;
        switch (lexer_.peek()) {
            case '{':
                return read_object(out);
            case '[':
                return read_array(out);
            case '"':
                return read_string(out);
            case 'n':
                return lexer_.word("null");
            case 't':
                return out = true, lexer_.word("true");
            case 'f':
                return out = false, lexer_.word("false");
            default:
                return read_number(out);
        }
    }

private:
    bool read_string(Json& out) {
        std::string text;
        if (!read_text(text)) return false;
        out = std::move(text);
        return true;
    }

    bool read_text(std::string& out) {
        JsonLexer::String literal;
        if (!lexer_.string(literal)) return false;
        if (literal.escaped) {
            append_unescaped(out, literal.inside);
        } else {
            out = literal.inside;
        }
        return true;
    }

    bool read_number(Json& out) {
        const char first = lexer_.peek();
        const bool number =
            (first >= '0' && first <= '9') || first == '-' || first == 'N' || first == 'I';
        if (!number) return lexer_.unexpected();
        JsonLexer::Number kind;
        std::string_view digits;
        if (!lexer_.number(kind, digits)) return false;
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        switch (kind) {
            case JsonLexer::Number::Integer:
                out = integer(digits);
                break;
            case JsonLexer::Number::Float:
                out = floating(digits);
                break;
            case JsonLexer::Number::Infinity:
                out = kInfinity;
                break;
            case JsonLexer::Number::MinusInfinity:
                out = -kInfinity;
                break;
            case JsonLexer::Number::NaN:
                out = std::numeric_limits<double>::quiet_NaN();
                break;
        }
        return true;
    }

    bool read_array(Json& out) {
        out = Json::array();
        if (!lexer_.take('[') || !lexer_.enter()) return false;
        auto& values = out.get_ref<Json::array_t&>();
        if (!lexer_.take(']')) {
            do {
                if (!read_value(values.emplace_back())) return false;
            } while (lexer_.take(','));
            if (!lexer_.expect(']')) return false;
        }
        lexer_.leave();
        return true;
    }

    bool read_object(Json& out) {
        out = Json::object();
        if (!lexer_.take('{') || !lexer_.enter()) return false;
        Members members;
        if (!lexer_.take('}')) {
            do {
                auto& [name, value] = members.emplace_back();
                if (!read_text(name) || !lexer_.expect(':') || !read_value(value)) return false;
            } while (lexer_.take(','));
            if (!lexer_.expect('}')) return false;
        }
        lexer_.leave();
        fill(out.get_ref<Json::object_t&>(), members);
        return true;
    }

    // ordered_map looks through all its keys at every insert: we go round it to the vector below.
    static void fill(Json::object_t& object, Members& members) {
        drop_doubles(members);
        object.reserve(members.size());
        for (auto& [name, value] : members) object.emplace_back(std::move(name), std::move(value));
    }

    JsonLexer& lexer_;
};

}  // namespace

bool read_json(JsonLexer& lexer, Json& out) { return Reader(lexer).read_value(out); }

std::variant<Json, JsonError> parse_json(std::string_view text, const WireLimits& limits) {
    if (text.size() > limits.body_bytes) {
        return JsonError{"text of more than " + std::to_string(limits.body_bytes) + " bytes"};
    }
    if (!is_valid_utf8(text)) return JsonError{"not UTF-8"};
    JsonLexer lexer(text, limits);
    Json value;
    if (read_json(lexer, value) && !lexer.at_end()) lexer.unexpected();
    if (lexer.failed()) return JsonError{lexer.error()};
    return std::variant<Json, JsonError>(std::in_place_index<0>, std::move(value));
}

}  // namespace taskworker
