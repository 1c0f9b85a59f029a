#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

class JsonLexer;

// A list of JSON values that stays text, or null: the steps of a chain to come. Every message of a
// chain carries all that follows, and whoever gets it needs one step: the others are handed on as
// they came and never become values.
class TASKWORKER_EXPORT JsonList {
public:
    JsonList() = default;        // null
    JsonList(const Json& list);  // throws std::invalid_argument for what is neither a list nor null

    bool is_null() const { return text_.empty(); }
    bool empty() const { return begins_.empty(); }  // null, or no values in it
    std::size_t size() const { return begins_.size(); }
    std::string_view text() const;  // JSON: "null", or the list as its sender wrote it
    bool holds_objects() const;     // and nothing else, as a list of signatures does

    Json value() const;  // all of it
    // Of a list that is not empty.
    Json last() const;
    JsonList without_last() const;

    bool operator==(const JsonList&) const = default;

private:
    friend bool read_list(JsonLexer& lexer, std::string_view whole, JsonList& out);

    std::string text_;                   // empty: null
    std::vector<std::uint32_t> begins_;  // of the values, in text_
};

}  // namespace taskworker
