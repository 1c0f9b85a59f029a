#include "lifecycle/fresh_delivery.hpp"

#include <utility>
#include <variant>

#include "lifecycle/deaths.hpp"
#include "message/envelope.hpp"
#include "message/fields.hpp"
#include "message/json_members.hpp"

namespace taskworker {

std::string as_fresh_delivery(const std::string& raw) {
    const auto parsed = parse_envelope(raw);
    const auto* message = std::get_if<Message>(&parsed);
    if (!message) return raw;
    MemberEdits headers, properties, info_edits;
    headers.drop = {"redelivered", kDeathsHeader};
    info_edits.drop = {"redelivered"};
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

}  // namespace taskworker
