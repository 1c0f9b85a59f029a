#include "message/result_record.hpp"

#include "message/fields.hpp"
#include "message/json_lexer.hpp"
#include "message/json_members.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "taskworker/values.hpp"

namespace taskworker {
namespace {

void append_literal(std::string& out, const std::optional<std::string>& text) {
    if (text) {
        write_json_string(out, *text);
    } else {
        out += "null";
    }
}

// An argument that JSON has no form for is stored as its repr (celery/utils/serialization.py:
// ensure_serializable).
void append_argument(std::string& out, const Json& argument) {
    const auto size = out.size();
    try {
        write_json(out, argument);
    } catch (const EncodeError&) {
        out.resize(size);
        write_json_string(out, python_repr(argument));
    }
}

bool has_form(const Json& value, Serializer serializer) {
    try {
        serialize(serializer, value);
        return true;
    } catch (const EncodeError&) {
        return false;
    }
}

// The arguments of an error one by one, all else down to the value that has no form.
Json storable(Json value, Serializer serializer, bool argument = false) {
    if (argument) return has_form(value, serializer) ? value : Json(python_repr(value));
    const bool container = value.is_array() || (value.is_object() && typed_marker(value).empty());
    if (!container) return has_form(value, serializer) ? value : Json(python_repr(value));
    if (value.is_array()) {
        for (auto& item : value) item = storable(std::move(item), serializer);
        return value;
    }
    const bool error = value.contains("exc_type");
    Json dict = Json::object();
    auto& members = dict.get_ref<Json::object_t&>();
    for (auto& [name, item] : value.get_ref<Json::object_t&>()) {
        const bool arguments = error && name == "exc_message" && item.is_array();
        if (arguments)
            for (auto& one : item) one = storable(std::move(one), serializer, true);
        members.emplace_back(
            has_form(Json(name), serializer) ? name : python_repr(Json(name)),
            arguments ? std::move(item) : storable(std::move(item), serializer)
        );
    }
    return dict;
}

// One member of a stored document.
void take_member(
    ResultRecord& record, bool& has_status, std::string_view name, std::string_view raw
) {
    const auto text = [&] { return raw_text(raw); };
    if (name == "status") {
        has_status = raw.starts_with('"');
        record.status = text().value_or("");
    } else if (name == "task_id") {
        record.id = text().value_or("");
    } else if (name == "result") {
        record.result = raw;
    } else if (name == "children") {
        record.children = raw;
    } else if (name == "traceback") {
        record.traceback = text();
    } else if (name == "date_done") {
        record.date_done = text();
    } else if (name == "group_id") {
        record.group_id = text();
    } else if (name == "parent_id") {
        record.parent_id = text();
    } else {
        write_json_string(record.extended, name);
        record.extended.append(": ").append(raw).append(", ");
    }
}

}  // namespace

std::string encode_result(const ResultRecord& record) {
    std::string out;
    out.reserve(240 + record.result.size() + record.extended.size() + record.children.size());
    out += "{\"status\": ";
    write_json_string(out, record.status);
    out.append(", \"result\": ").append(record.result).append(", \"traceback\": ");
    append_literal(out, record.traceback);
    out.append(", \"children\": ").append(record.children).append(", \"date_done\": ");
    append_literal(out, record.date_done);
    out += ", ";
    const auto when_given = [&](const char* name, const std::optional<std::string>& text) {
        if (!text || text->empty()) return;
        out += name;
        write_json_string(out, *text);
        out += ", ";
    };
    when_given("\"group_id\": ", record.group_id);
    when_given("\"parent_id\": ", record.parent_id);
    out.append(record.extended).append("\"task_id\": ");
    write_json_string(out, record.id);
    return out += '}';
}

std::optional<ResultRecord> decode_result(std::string_view document) {
    const WireLimits limits;
    if (!is_valid_utf8(document) || document.size() > limits.message_bytes) return std::nullopt;
    JsonLexer lexer(document, limits);
    std::vector<Field> fields;
    if (!read_fields(lexer, document, fields) || !lexer.at_end()) return std::nullopt;
    ResultRecord record;
    bool has_status = false;
    std::string scratch;
    for (const auto& field : fields) {
        const auto text = [&](Span span) { return document.substr(span.at, span.size); };
        take_member(record, has_status, plain_name(text(field.name), scratch), text(field.value));
    }
    return has_status ? std::optional(std::move(record)) : std::nullopt;
}

std::string encode_result(const ResultRecord& record, Serializer serializer) {
    return encode_stored(encode_result(record), serializer);
}

std::string encode_stored(std::string json, Serializer serializer) {
    if (serializer == Serializer::JsonText) return json;
    auto parsed = parse_json(json, {.body_bytes = json.size(), .depth = kMostDepth + 2});
    auto* document = std::get_if<Json>(&parsed);
    if (!document) return json;  // not JSON: somebody's result text is none; readers will say so
    try {
        return serialize(serializer, *document);
    } catch (const EncodeError&) {
        *document = storable(std::move(*document), serializer);
    }
    if (has_form(*document, serializer)) return serialize(serializer, *document);
    for (auto& item : *document)  // nested too deep
        if (item.is_structured()) item = python_repr(item);
    return serialize(serializer, *document);
}

std::optional<ResultRecord> decode_result(std::string_view document, Serializer serializer) {
    if (serializer == Serializer::JsonText) return decode_result(document);
    const auto value = deserialize(serializer, document, {});
    const auto* json = std::get_if<Json>(&value);
    return json ? decode_result(to_json_text(*json)) : std::nullopt;
}

std::string encode_failure(const Failure& failure) {
    std::string out;
    MemberWriter writer(out);
    write_json_string(writer.open("exc_type"), failure.type);
    auto& list = writer.open("exc_message") += '[';
    const char* separator = "";
    if (failure.args.is_array()) {
        for (const auto& argument : failure.args) {
            list += separator;
            separator = ", ";
            append_argument(list, argument);
        }
    }
    list += ']';
    write_json_string(writer.open("exc_module"), failure.module);
    writer.close();
    return out;
}

}  // namespace taskworker
