#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Python's JSON dialect, both ways: the one reader and the one writer of the project.

class JsonLexer;

struct JsonError {
    std::string why;  // "depth over 200 at 812", "unexpected 'x' at 17"
};

// A value that JSON has no form for (kombu.exceptions.EncodeError).
class EncodeError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Accepts what json.loads accepts: NaN, ±Infinity, integers of any size, lone surrogates, duplicate
// keys (the last one wins, at the place of the first, as in a dict). Text must be UTF-8.
std::variant<Json, JsonError> parse_json(std::string_view text, const WireLimits& limits = {});

// The value that the lexer comes to next. `out` must be null.
bool read_json(JsonLexer& lexer, Json& out);

// As json.dumps writes it with Python's defaults: ", " and ": ", ensure_ascii, NaN, shortest floats
// as repr() has them ("1e+16", "1.0"). Text that is not UTF-8 is written byte by byte as the lone
// surrogates of Python's surrogateescape, so nothing is lost and nothing throws.
// Throws EncodeError for binary values other than BigInt and for more than kMostDepth levels.
inline constexpr std::size_t kMostDepth = 1000;  // Python's recursion limit
void write_json(std::string& out, const Json& value);
std::string to_json_text(const Json& value);

// "text" → "\"te\\u00e9xt\"" : one string literal, quotes included.
void write_json_string(std::string& out, std::string_view text);

// repr() of a float without the names of the non-finite ones: "1.0", "1e-07", "-0.0", "nan", "inf".
std::string float_text(double value);

// Whether `value` is an integer beyond 64 bit, and its digits.
bool is_big_int(const Json& value);
std::string_view big_int_digits(const Json& value);

}  // namespace taskworker
