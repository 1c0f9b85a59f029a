#include "message/fields.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "message/python_json.hpp"
#include "message/python_quote.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kFew = 32;  // so many members are compared with each other

std::string_view inside(std::string_view literal) { return literal.substr(1, literal.size() - 2); }

// One of 64 bits, by size and ends.
std::uint64_t mark_of(std::string_view name) {
    if (name.empty()) return 1;
    const auto byte = [&](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(name[i]);
    };
    const auto n = static_cast<std::uint32_t>(name.size());
    const auto mixed =
        (byte(0) << 16 ^ byte(name.size() / 2) << 8 ^ byte(name.size() - 1) ^ n << 12);
    return std::uint64_t{1} << (mixed * 0x9e3779b1u >> 26);
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

bool has_doubles(std::string_view whole, const std::vector<Field>& fields) {
    std::uint64_t seen = 0;
    const auto name = [&](std::size_t i) {
        return whole.substr(fields[i].name.at, fields[i].name.size);
    };
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto mark = mark_of(inside(name(i)));
        if (seen & mark)
            for (std::size_t j = 0; j < i; ++j)
                if (name(i) == name(j)) return true;
        seen |= mark;
    }
    return false;
}

void drop_doubles(std::string_view whole, std::vector<Field>& fields, bool escaped) {
    if (escaped || fields.size() > kFew || has_doubles(whole, fields))
        drop_doubles_by_meaning(whole, fields);
}

bool is_number(std::string_view raw) {
    return !raw.empty() && (raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9'));
}

}  // namespace

bool read_fields(JsonLexer& lexer, std::string_view whole, std::vector<Field>& out) {
    out.clear();
    bool escaped = false;
    const auto read = for_each_member(lexer, [&](Field field) {
        escaped = escaped || field.escaped;
        out.push_back(field);
    });
    if (read) drop_doubles(whole, out, escaped);
    return read;
}

std::optional<std::vector<Field>> fields_of(const Message& message, Span object) {
    const auto raw = message.text(object);
    if (!raw.starts_with('{')) return std::nullopt;
    JsonLexer lexer(raw, kNoLimits);
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
    for (const auto& field : fields)
        if (plain_name(message, field, scratch) == name) return &field;
    return nullptr;
}

const Field* find_header(const Message& message, MessageHeader header) {
    for (const auto& field : message.headers)
        if (field.header == header) return &field;
    return nullptr;
}

bool read_raw_text(std::string& to, std::string_view raw) {
    if (!raw.starts_with('"')) return false;
    const auto text = inside(raw);
    if (find_end_of_plain_json(text, 0) == text.size()) return to.assign(text), true;
    to.clear();
    append_unescaped(to, text);
    return true;
}

std::optional<std::string> raw_text(std::string_view raw) {
    std::optional<std::string> text(std::in_place);
    if (!read_raw_text(*text, raw)) text.reset();
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
