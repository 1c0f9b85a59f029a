#include "message/fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <limits>

#include "message/python_json.hpp"
#include "message/python_quote.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kFew = 32;  // so many members are compared with each other

Span span_of(std::string_view whole, std::string_view part) {
    return {
        static_cast<std::uint32_t>(part.data() - whole.data()),
        static_cast<std::uint32_t>(part.size())};
}

std::string_view inside(std::string_view literal) { return literal.substr(1, literal.size() - 2); }

// Differs for nearly all different names.
std::uint64_t fingerprint(std::string_view name) {
    std::uint64_t bits = 0;
    if (name.size() >= 8) {
        std::memcpy(&bits, name.data() + name.size() - 8, 8);
    } else {
        for (const char c : name) bits = bits << 8 | static_cast<unsigned char>(c);
    }
    return bits ^ (name.size() * 0x9e3779b97f4a7c15u);
}

void drop_marked(std::vector<Field>& fields, const std::vector<bool>& dead) {
    std::size_t to = 0;
    for (std::size_t from = 0; from < fields.size(); ++from) {
        if (!dead[from]) fields[to++] = fields[from];
    }
    fields.resize(to);
}

// For names with escapes and for many members: sorted by what the names mean.
void drop_doubles_by_meaning(std::string_view whole, std::vector<Field>& fields) {
    std::vector<std::pair<std::string, std::size_t>> names;
    names.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        std::string name;
        append_unescaped(name, inside(whole.substr(fields[i].name.at, fields[i].name.size)));
        names.emplace_back(std::move(name), i);
    }
    std::sort(names.begin(), names.end());
    std::vector<bool> dead(fields.size());
    for (std::size_t i = 1, first = 0; i < names.size(); ++i) {
        if (names[i].first == names[first].first) {
            fields[names[first].second].value = fields[names[i].second].value;
            dead[names[i].second] = true;
        } else {
            first = i;
        }
    }
    drop_marked(fields, dead);
}

void drop_doubles(std::string_view whole, std::vector<Field>& fields, bool escaped) {
    if (escaped || fields.size() > kFew) return drop_doubles_by_meaning(whole, fields);
    std::array<std::uint64_t, kFew> prints;
    const auto name = [&](std::size_t i) {
        return whole.substr(fields[i].name.at, fields[i].name.size);
    };
    bool doubled = false;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        prints[i] = fingerprint(inside(name(i)));
        for (std::size_t j = 0; j < i; ++j) {
            if (prints[i] == prints[j] && name(i) == name(j)) doubled = true;
        }
    }
    if (doubled) drop_doubles_by_meaning(whole, fields);
}

bool is_number(std::string_view raw) {
    return !raw.empty() && (raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9'));
}

}  // namespace

bool read_fields(JsonLexer& lexer, std::string_view whole, std::vector<Field>& out) {
    out.clear();
    if (!lexer.count_value() || !lexer.expect('{') || !lexer.enter()) return false;
    bool escaped = false;
    if (!lexer.take('}')) {
        do {
            JsonLexer::String name;
            if (!lexer.string(name) || !lexer.expect(':')) return false;
            escaped = escaped || name.escaped;
            lexer.peek();
            const auto start = lexer.at();
            if (!lexer.skip_value()) return false;
            const std::string_view literal(name.inside.data() - 1, name.inside.size() + 2);
            out.push_back(
                {span_of(whole, literal), span_of(whole, whole.substr(start, lexer.at() - start))}
            );
        } while (lexer.take(','));
        if (!lexer.expect('}')) return false;
    }
    lexer.leave();
    drop_doubles(whole, out, escaped);
    return true;
}

std::optional<std::vector<Field>> fields_of(const Message& message, Span object) {
    const auto raw = message.text(object);
    if (!raw.starts_with('{')) return std::nullopt;
    constexpr auto kAny = std::numeric_limits<std::size_t>::max();  // it was bounded as a whole
    JsonLexer lexer(raw, WireLimits{.depth = kAny, .values = kAny});
    std::vector<Field> fields;
    fields.reserve(4);
    if (!read_fields(lexer, raw, fields)) return std::nullopt;
    for (auto& field : fields) {
        field.name.at += object.at;
        field.value.at += object.at;
    }
    return fields;
}

std::string_view plain_name(std::string_view literal, std::string& scratch) {
    const auto name = inside(literal);
    if (name.find('\\') == std::string_view::npos) return name;
    scratch.clear();
    append_unescaped(scratch, name);
    return scratch;
}

const Field* find_field(
    const Message& message, const std::vector<Field>& fields, std::string_view name
) {
    std::string scratch;
    for (const auto& field : fields) {
        if (plain_name(message.text(field.name), scratch) == name) return &field;
    }
    return nullptr;
}

std::optional<std::string> raw_text(std::string_view raw) {
    if (!raw.starts_with('"')) return std::nullopt;
    std::string text;
    append_unescaped(text, inside(raw));
    return text;
}

std::optional<bool> raw_bool(std::string_view raw) {
    if (raw == "true") return true;
    if (raw == "false") return false;
    return std::nullopt;
}

std::optional<int> raw_int(std::string_view raw) {
    int value = 0;
    const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    const bool whole = read.ec == std::errc() && read.ptr == raw.data() + raw.size();
    return whole ? std::optional(value) : std::nullopt;
}

std::optional<double> raw_number(std::string_view raw) {
    if (!is_number(raw) && raw != "NaN" && raw != "Infinity") return std::nullopt;
    const auto read = parse_json(raw);
    const auto* value = std::get_if<Json>(&read);
    if (!value) return std::nullopt;
    switch (value->type()) {
        case Json::value_t::number_float:
            return value->get_ref<const double&>();
        case Json::value_t::number_integer:
            return static_cast<double>(value->get_ref<const std::int64_t&>());
        case Json::value_t::number_unsigned:
            return static_cast<double>(value->get_ref<const std::uint64_t&>());
        default:
            return std::numeric_limits<double>::infinity();  // more than 64 bit
    }
}

std::string raw_for_error(std::string_view raw) {
    constexpr std::size_t kMost = 60;
    std::string shown;
    if (const auto text = raw_text(raw)) {
        append_str_repr(shown, std::string_view(*text).substr(0, kMost));
    } else {
        append_str_repr(shown, raw.substr(0, kMost));
        shown = shown.substr(1, shown.size() - 2);
    }
    return raw.size() > kMost + 2 ? shown + "..." : shown;
}

}  // namespace taskworker
