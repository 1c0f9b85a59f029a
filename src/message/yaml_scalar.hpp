#pragma once

#include <optional>
#include <string_view>

#include "taskworker/json.hpp"

namespace taskworker {

// What a scalar of YAML 1.1 is, as PyYAML's resolver and safe constructors have it. Pure; time is
// linear in the length, but for huge integers in other bases than ten, which are bounded.

enum class YamlTag { Null, Bool, Int, Float, Timestamp, Binary, Merge, Value, Text };

// Of a plain scalar without a tag.
YamlTag yaml_tag_of_plain(std::string_view text);

// The value of such a text under this tag; nothing when the constructor would refuse it. Not for
// Merge and Value.
std::optional<Json> yaml_value(YamlTag tag, std::string_view text);

}  // namespace taskworker
