#pragma once

#include <string_view>

#include "message/json_lexer.hpp"
#include "taskworker/json_list.hpp"

namespace taskworker {

// The list that comes next, every byte of it checked, none of it built. False when the lexer has
// found an error. `whole` is the text of the lexer.
bool read_list(JsonLexer& lexer, std::string_view whole, JsonList& out);

}  // namespace taskworker
