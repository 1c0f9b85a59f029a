#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Python's JSON dialect, both ways: the one reader and the one writer of the project.

struct JsonError {
    std::string why;  // "depth over 200 at 812", "unexpected 'x' at 17"
};

// Accepts what json.loads accepts: NaN, ±Infinity, integers of any size, lone surrogates, duplicate keys
// (the last one wins, at the place of the first, as in a dict). Text must be UTF-8.
std::variant<Json, JsonError> parse_json(std::string_view text, const WireLimits& limits = {});

// As json.dumps writes it with Python's defaults: ", " and ": ", ensure_ascii, NaN, shortest floats as
// repr() has them ("1e+16", "1.0"). Text that is not UTF-8 is written byte by byte as the lone
// surrogates of Python's surrogateescape, so nothing is lost and nothing throws.
// Throws EncodeError (std::runtime_error) for binary values other than BigInt.
void write_json(std::string& out, const Json& value);
std::string to_json_text(const Json& value);

// "text" → "\"te\\u00e9xt\"" : one string literal, quotes included.
void write_json_string(std::string& out, std::string_view text);

}  // namespace taskworker
