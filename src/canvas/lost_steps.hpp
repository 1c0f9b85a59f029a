#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/json_lexer.hpp"
#include "taskworker/json.hpp"
#include "taskworker/json_list.hpp"

namespace taskworker {

// A step of a chain that will never run: its place in results and chords.
struct LostStep {
    std::string id;  // may be empty: no result of its own
    std::optional<std::string> group_id, parent_id, root_id;
    std::optional<int> group_index;
    Json chord;
};
std::vector<LostStep> lost_steps(const Json& chain);

// The chain without what lost_steps() does not look at, as JSON text: it is noted for every step
// that begins. `lexer` comes to the list next, `whole` is its text; false: it is no list of
// objects.
bool read_places(JsonLexer& lexer, std::string_view whole, std::string& out);
std::string places_of_steps(const JsonList& chain);

}  // namespace taskworker
