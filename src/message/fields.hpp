#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/json_lexer.hpp"
#include "message/message.hpp"

namespace taskworker {

// Helpers for the spans of a Message. "Raw" is JSON text that JsonLexer has found valid.

// The members of the object that comes next, in order; a name that comes twice keeps its place and
// takes the last value. False when the lexer has found an error. `whole` is the text of the lexer.
bool read_fields(JsonLexer& lexer, std::string_view whole, std::vector<Field>& out);

// The same for an object inside of a message; nothing if the raw text is no object.
std::optional<std::vector<Field>> fields_of(const Message& message, Span object);

// The name of a member without quotes and escapes; `scratch` lends its memory when there are
// escapes.
std::string_view plain_name(std::string_view literal, std::string& scratch);

const Field* find_field(
    const Message& message, const std::vector<Field>& fields, std::string_view name
);

inline bool raw_is_null(std::string_view raw) { return raw == "null"; }
std::optional<std::string> raw_text(std::string_view raw);  // of a string literal
std::optional<bool> raw_bool(std::string_view raw);
std::optional<int> raw_int(std::string_view raw);        // 3, not 3.0 and not true
std::optional<double> raw_number(std::string_view raw);  // integers and floats, NaN too

// At most 60 bytes of it, for an error text.
std::string raw_for_error(std::string_view raw);

}  // namespace taskworker
