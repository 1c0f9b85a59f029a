#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/json_lexer.hpp"
#include "message/message.hpp"

namespace taskworker {

// Helpers for the spans of a Message. "Raw" is JSON text that JsonLexer has found valid.

// Calls `see` with each member of the object that comes next, in order. False when the lexer has
// found an error.
template <class See>
bool for_each_member(JsonLexer& lexer, See&& see) {
    const auto span_from = [&](std::size_t start) {
        return Span{
            static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(lexer.at() - start)};
    };
    if (!lexer.count_value() || !lexer.expect('{') || !lexer.enter()) return false;
    if (!lexer.take('}')) {
        do {
            Field field;
            JsonLexer::String name;
            lexer.peek();
            const auto start = lexer.at();
            if (!lexer.string(name)) return false;
            field.name = span_from(start);
            field.escaped = name.escaped;
            if (!lexer.expect(':')) return false;
            lexer.peek();
            const auto value = lexer.at();
            if (!lexer.skip_value()) return false;
            field.value = span_from(value);
            see(field);
        } while (lexer.take(','));
        if (!lexer.expect('}')) return false;
    }
    lexer.leave();
    return true;
}

// The members of the object that comes next, in order; a name that comes twice keeps its place and
// takes the last value. False when the lexer has found an error. `whole` is the text of the lexer.
bool read_fields(JsonLexer& lexer, std::string_view whole, std::vector<Field>& out);

// The same for an object inside of a message; nothing if the raw text is no object.
inline constexpr WireLimits kNoLimits{
    .depth = std::numeric_limits<std::size_t>::max(),
    .values = std::numeric_limits<std::size_t>::max()};  // it was bounded as a whole
std::optional<std::vector<Field>> fields_of(const Message& message, Span object);

// The name of a member without quotes and escapes; `scratch` lends its memory when there are
// escapes.
std::string_view plain_name(std::string_view literal, std::string& scratch);

inline std::string_view plain_name(
    const Message& message, const Field& field, std::string& scratch
) {
    const auto literal = message.text(field.name);
    return field.escaped ? plain_name(literal, scratch) : literal.substr(1, literal.size() - 2);
}

const Field* find_field(
    const Message& message, const std::vector<Field>& fields, std::string_view name
);
const Field* find_header(const Message& message, MessageHeader header);

inline bool raw_is_null(std::string_view raw) { return raw == "null"; }
bool read_raw_text(std::string& to, std::string_view raw);  // of a string literal; false: it is none
std::optional<std::string> raw_text(std::string_view raw);
std::optional<bool> raw_bool(std::string_view raw);
std::optional<int> raw_int(std::string_view raw);        // 3, not 3.0 and not true
std::optional<double> raw_number(std::string_view raw);  // integers and floats, NaN too

// At most 60 bytes of it, for an error text.
std::string raw_for_error(std::string_view raw);

}  // namespace taskworker
