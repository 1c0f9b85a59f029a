#pragma once

#include <cstdint>
#include <string>

#include "taskworker/export.hpp"
#include "taskworker/fwd.hpp"
#include "taskworker/json_fwd.hpp"

namespace taskworker {

// Json: a JSON value as Python's json module knows it; what arguments and results travel as.
// - Objects keep insertion order, as Python's dicts do.
// - Conversions to and from C++ types are ours and strict (convert.hpp): 3.7 is not an int.
// - An integer beyond 64 bit is binary with subtype kBigInt, holding its decimal text (BigInt).
// - kombu's typed values (datetime, decimal, uuid, bytes …) stay the two-key objects that they are
//   on the wire, {"__type__": …, "__value__": …}; values.hpp has the C++ types for them.
// - Text is UTF-8; a lone surrogate, legal in Python's JSON, is kept as its WTF-8 form.
//
// Do not use dump() or parse() for anything that leaves the process: message/python_json is the one
// reader and writer (separators, NaN, bounds); to_json_text() is its door for authors.

inline constexpr std::uint8_t kBigInt = 1;  // Json::binary subtype: decimal digits, maybe a '-'

// As Python's json.dumps() writes it. Throws for binary values and for more than 1,000 levels.
TASKWORKER_EXPORT std::string to_json_text(const Json& value);

}  // namespace taskworker

#include "taskworker/convert.hpp"
