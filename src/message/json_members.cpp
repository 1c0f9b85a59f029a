#include "message/json_members.hpp"

#include <algorithm>

#include "message/fields.hpp"
#include "message/header_names.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

std::string literal_or_null(std::string_view text) {
    return text.empty() ? "null" : json_literal(text);
}

}  // namespace

void MemberWriter::raw(std::string_view literal, std::string_view value) {
    if (!first_) out_ += ", ";
    first_ = false;
    out_ += literal;
    out_ += ": ";
    out_ += value;
}

void MemberWriter::add(std::string_view name, std::string_view value) { open(name) += value; }

std::string& MemberWriter::open(std::string_view name) {
    if (!first_) out_ += ", ";
    first_ = false;
    write_json_string(out_, name);
    return out_ += ": ";
}

void write_edited(
    std::string& out,
    const Message& message,
    const std::vector<Field>& fields,
    const MemberEdits& edits
) {
    MemberWriter writer(out);
    std::vector<bool> done(edits.set.size());
    std::string scratch;
    for (const auto& field : fields) {
        const auto name = plain_name(message, field, scratch);
        const bool dropped =
            std::find(edits.drop.begin(), edits.drop.end(), name) != edits.drop.end();
        if (dropped || (edits.drop_x_death && is_x_death(name))) continue;
        auto value = message.text(field.value);
        for (std::size_t i = 0; i < edits.set.size(); ++i) {
            if (edits.set[i].first == name) {
                value = edits.set[i].second;
                done[i] = true;
            }
        }
        writer.raw(message.text(field.name), value);
    }
    for (std::size_t i = 0; i < edits.set.size(); ++i) {
        if (!done[i]) writer.add(edits.set[i].first, edits.set[i].second);
    }
    writer.close();
}

std::string write_envelope(
    const Message& rest,
    std::string_view body,
    std::string_view content_encoding,
    std::string_view content_type,
    std::string_view headers,
    std::string_view properties
) {
    std::string out;
    out.reserve(body.size() + headers.size() + properties.size() + 160);
    MemberWriter writer(out);
    writer.add("body", body);
    writer.add("content-encoding", literal_or_null(content_encoding));
    writer.add("content-type", literal_or_null(content_type));
    writer.add("headers", headers);
    writer.add("properties", properties);
    for (const auto& field : rest.rest) writer.raw(rest.text(field.name), rest.text(field.value));
    writer.close();
    return out;
}

std::string json_literal(std::string_view text) {
    std::string out;
    write_json_string(out, text);
    return out;
}

}  // namespace taskworker
