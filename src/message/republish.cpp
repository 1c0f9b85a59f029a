#include "message/publish.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "message/body.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/fields.hpp"
#include "message/header_names.hpp"
#include "message/json_members.hpp"
#include "message/publication_text.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

std::string optional_literal(const std::optional<std::string>& text) {
    return text ? json_literal(*text) : "null";
}

// A new body in the form that the message's own has: body encoding, serializer, compression. What
// its serializer has no form for goes as JSON.
EncodedBody body_like_before(const Message& message, const std::string& json) {
    if (message.body_encoding != "base64") {
        auto body = encode_body("", Serializer::JsonText, std::nullopt);
        body.literal = json_literal(json);
        return body;
    }
    const auto serializer = serializer_of(message.content_type).value_or(Serializer::JsonText);
    const auto codec = codec_named(message.compression);
    try {
        return encode_body(json, serializer, codec);
    } catch (const EncodeError&) {
        return encode_body(json, Serializer::JsonText, codec);
    }
}

bool is_list_message(const Message& message) {
    const auto shape = shape_of_body(message, {});
    const auto* known = std::get_if<BodyShape>(&shape);
    return find_header(message, MessageHeader::Task) && known && *known == BodyShape::List;
}

// Other headers win over Celery's own of the same name, as in as_task_v2.
void set_custom(MemberEdits& edits, const Json& headers) {
    if (!headers.is_object()) return;
    for (const auto& header : headers.get_ref<const Json::object_t&>()) {
        const auto& name = header.first;
        auto text = to_json_text(header.second);
        const auto same = std::find_if(edits.set.begin(), edits.set.end(), [&](const auto& one) {
            return one.first == name;
        });
        if (same != edits.set.end()) {
            same->second = std::move(text);
        } else {
            edits.set.emplace_back(name, std::move(text));
        }
    }
}

std::string edited_headers(
    const Message& message,
    const Request& request,
    const RetryEdit& edit,
    const std::optional<EncodedBody>& body
) {
    MemberEdits edits;
    edits.drop_x_death = true;
    edits.drop = {"redelivered"};  // the new message was never delivered
    edits.set = {{"retries", std::to_string(edit.retries)}, {"eta", optional_literal(edit.eta)}};
    if (!request.parent_id) edits.set.emplace_back("parent_id", json_literal(edit.parent_id));
    if (edit.expires) edits.set.emplace_back("expires", json_literal(*edit.expires));
    if (edit.argsrepr) edits.set.emplace_back("argsrepr", json_literal(*edit.argsrepr));
    if (edit.kwargsrepr) edits.set.emplace_back("kwargsrepr", json_literal(*edit.kwargsrepr));
    if (edit.time_limit || edit.soft_time_limit) {
        const auto hard = edit.time_limit ? edit.time_limit : request.time_limit;
        const auto soft = edit.soft_time_limit ? edit.soft_time_limit : request.soft_time_limit;
        edits.set.emplace_back(
            "timelimit", fmt::format("[{}, {}]", seconds_text(hard), seconds_text(soft))
        );
    }
    if (body && body->compression.empty()) edits.drop.push_back("compression");
    set_custom(edits, edit.headers);
    std::string out;
    write_edited(out, message, message.headers, edits);
    return out;
}

std::string edited_delivery_info(const Message& message, const Field* info, const RetryEdit& edit) {
    MemberEdits edits;
    edits.drop = {"redelivered"};
    if (edit.routing_key) {
        edits.set = {{"exchange", "\"\""}, {"routing_key", json_literal(*edit.routing_key)}};
    }
    const auto fields = info ? fields_of(message, info->value) : std::nullopt;
    std::string out;
    write_edited(out, message, fields.value_or(std::vector<Field>()), edits);
    return out;
}

std::string edited_properties(const Message& message, const RetryEdit& edit) {
    MemberEdits edits;
    const auto* info = find_field(message, message.properties, "delivery_info");
    edits.set = {
        {"delivery_info", edited_delivery_info(message, info, edit)},
        {"delivery_tag", json_literal(edit.delivery_tag)}};
    if (edit.priority) edits.set.emplace_back("priority", std::to_string(*edit.priority));
    if (edit.expiration && edit.expiration->empty()) edits.drop.push_back("expiration");
    if (edit.expiration && !edit.expiration->empty()) {
        edits.set.emplace_back("expiration", json_literal(*edit.expiration));
    }
    std::string out;
    write_edited(out, message, message.properties, edits);
    return out;
}

Json without_x_death(const Json& headers) {
    Json kept = Json::object();
    auto& members = kept.get_ref<Json::object_t&>();
    for (const auto& [name, value] : headers.get_ref<const Json::object_t&>()) {
        if (!is_x_death(name)) members.emplace_back(name, value);
    }
    return kept;
}

// Protocol 1 becomes protocol 2, as it does in Celery.
Publication publication_of(const Request& request, const RetryEdit& edit) {
    Publication p;
    p.task = request.task;
    p.id = request.id;
    p.args = request.args;
    p.kwargs = request.kwargs;
    p.callbacks = request.callbacks;
    p.errbacks = request.errbacks;
    p.chain = request.chain;
    p.chord = request.chord;
    p.shadow = request.shadow;
    p.eta = edit.eta;
    p.expires = edit.expires ? edit.expires : request.expires;
    p.group = request.group;
    p.group_index = request.group_index;
    p.root_id = request.root_id;
    p.parent_id = request.parent_id ? *request.parent_id : edit.parent_id;
    p.time_limit = edit.time_limit ? edit.time_limit : request.time_limit;
    p.soft_time_limit = edit.soft_time_limit ? edit.soft_time_limit : request.soft_time_limit;
    p.ignore_result = request.ignore_result;
    p.retries = edit.retries;
    p.replaced_task_nesting = request.replaced_task_nesting;
    p.origin = request.origin.value_or("");
    p.stamped_headers = request.stamped_headers;
    p.stamps = request.stamps;
    p.headers = without_x_death(request.headers);
    if (edit.headers.is_object()) p.headers.update(edit.headers);
    return p;
}

std::string republish_as_protocol_2(
    const Message& message, const Request& request, const RetryEdit& edit
) {
    Request whole = request;
    if (decode_body(message, whole)) whole = request;
    const auto p = publication_of(whole, edit);
    const PublicationReprs reprs{
        edit.argsrepr ? *edit.argsrepr : tuple_repr(p.args),
        edit.kwargsrepr ? *edit.kwargsrepr : safe_repr(p.kwargs)};
    const auto body = body_like_before(message, edit.body ? *edit.body : body_json(p));
    return write_envelope(
        message,
        body.literal,
        body.content_encoding,
        body.content_type,
        headers_text(p, reprs, body.compression),
        edited_properties(message, edit)
    );
}

}  // namespace

std::string republish(const Message& message, const Request& request, const RetryEdit& edit) {
    if (!is_list_message(message)) return republish_as_protocol_2(message, request, edit);
    std::optional<EncodedBody> body;
    if (edit.body) body = body_like_before(message, *edit.body);
    return write_envelope(
        message,
        body ? std::string_view(body->literal) : message.text(message.body),
        body ? body->content_encoding : message.content_encoding,
        body ? body->content_type : message.content_type,
        edited_headers(message, request, edit, body),
        edited_properties(message, edit)
    );
}

std::string edit_delivery(
    const std::string& raw, const MemberEdits& headers, const MemberEdits& info_edits
) {
    const auto parsed = parse_envelope(raw);
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) return raw;
    MemberEdits properties;
    const auto* info = find_field(*message, message->properties, "delivery_info");
    if (const auto fields = info ? fields_of(*message, info->value) : std::nullopt) {
        std::string text;
        write_edited(text, *message, *fields, info_edits);
        properties.set = {{"delivery_info", std::move(text)}};
    }
    std::string headers_out, properties_out;
    write_edited(headers_out, *message, message->headers, headers);
    write_edited(properties_out, *message, message->properties, properties);
    return write_envelope(
        *message,
        message->text(message->body),
        message->content_encoding,
        message->content_type,
        headers_out,
        properties_out
    );
}

// kombu/transport/redis.py: _do_restore_message.
std::string mark_redelivered(const std::string& raw) {
    const MemberEdits mark{.set = {{"redelivered", "true"}}};
    return edit_delivery(raw, mark, mark);
}

}  // namespace taskworker
