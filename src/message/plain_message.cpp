#include "message/plain_message.hpp"

#include "base/base64.hpp"
#include "message/body.hpp"
#include "message/envelope.hpp"
#include "message/fields.hpp"
#include "message/json_members.hpp"
#include "message/python_json.hpp"

namespace taskworker {

std::variant<PlainMessage, Malformed> open_plain(
    std::string raw, std::span<const std::string> accept
) {
    auto parsed = parse_envelope(std::move(raw), kPlainLimits);
    if (auto* malformed = std::get_if<Malformed>(&parsed)) return std::move(*malformed);
    const auto& message = std::get<Message>(parsed);
    if (auto refused = check_content(message, accept)) return *std::move(refused);
    auto body = open_body(message, kPlainLimits);
    if (auto* malformed = std::get_if<Malformed>(&body)) return std::move(*malformed);
    PlainMessage plain;
    plain.body = std::move(std::get<Json>(body));
    std::string scratch;
    for (const auto& field : message.headers) {
        auto value = parse_json(message.text(field.value), kPlainLimits);
        if (auto* json = std::get_if<Json>(&value))
            plain.headers[std::string(plain_name(message, field, scratch))] =
                std::move(*json);
    }
    return plain;
}

std::string encode_plain(const PlainPublication& publication) {
    std::string body = "\"";
    base64_append(body, publication.body);
    body += '"';
    std::string properties;
    MemberWriter writer(properties);
    writer.add("delivery_mode", "1");
    MemberWriter info(writer.open("delivery_info"));
    write_json_string(info.open("exchange"), publication.exchange);
    write_json_string(info.open("routing_key"), publication.routing_key);
    info.close();
    writer.add("priority", "0");
    writer.add("body_encoding", "\"base64\"");
    write_json_string(writer.open("delivery_tag"), publication.delivery_tag);
    writer.close();
    return write_envelope({}, body, "utf-8", "application/json", publication.headers, properties);
}

}  // namespace taskworker
