#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message/message.hpp"

namespace taskworker {

// Writes one JSON object member by member: `{"a": 1, "b": 2}`.
class MemberWriter {
public:
    explicit MemberWriter(std::string& out) : out_(out) { out_ += '{'; }
    // The name comes as a literal with its quotes or as plain ASCII, the value as JSON text.
    void raw(std::string_view literal, std::string_view value);
    void add(std::string_view name, std::string_view value);
    std::string& open(std::string_view name);  // the value is appended to what it gives back
    void close() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

// What is to be different in a copied object: new values (JSON text) and names to leave out.
struct MemberEdits {
    std::vector<std::pair<std::string, std::string>> set;  // at the old place, else at the end
    std::vector<std::string_view> drop;
    bool drop_x_death = false;
};

// Copies members as they stand in the message but for the edits.
void write_edited(
    std::string& out,
    const Message& message,
    const std::vector<Field>& fields,
    const MemberEdits& edits
);

// The envelope as kombu orders it. `headers` and `properties` are JSON text, so is `body`, a
// literal.
std::string write_envelope(
    const Message& rest,
    std::string_view body,
    std::string_view content_encoding,
    std::string_view content_type,
    std::string_view headers,
    std::string_view properties
);

std::string json_literal(std::string_view text);

}  // namespace taskworker
