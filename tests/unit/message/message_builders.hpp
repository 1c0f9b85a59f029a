#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/base64.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/python_json.hpp"

namespace taskworker {

inline const std::vector<std::string> kJsonOnly = {"json"};
inline const std::string kPlainBody =
    R"([[1, 2], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}])";

// An envelope of kombu's shape; everything can be replaced by raw JSON.
struct AnEnvelope {
    std::string headers = R"({"task": "t", "id": "i"})";
    std::string body = kPlainBody;
    std::string properties =
        R"("delivery_info": {"exchange": "", "routing_key": "celery"}, "priority": 0)";
    std::string content_type = R"("application/json")";

    std::string raw() const {
        return "{\"body\": \"" + base64_encode(body) +
               R"(", "content-encoding": "utf-8", "content-type": )" + content_type +
               ", \"headers\": " + headers + R"(, "properties": {)" + properties +
               R"(, "body_encoding": "base64", "delivery_tag": "old-tag"}})";
    }
};

inline Message message_of(const std::string& raw) {
    auto parsed = parse_envelope(raw);
    if (const auto* malformed = std::get_if<Malformed>(&parsed)) {
        ADD_FAILURE() << malformed->why << ": " << raw;
        return {};
    }
    return std::move(std::get<Message>(parsed));
}

// Headers and body.
inline Request request_of(const Message& message) {
    auto decoded = decode(message, kJsonOnly);
    if (const auto* malformed = std::get_if<Malformed>(&decoded)) {
        ADD_FAILURE() << malformed->why;
        return {};
    }
    auto request = std::move(std::get<Request>(decoded));
    if (const auto why = decode_body(message, request)) ADD_FAILURE() << why->why;
    return request;
}
inline Request request_of(const AnEnvelope& envelope) {
    return request_of(message_of(envelope.raw()));
}

// Why the envelope or its headers or its body are refused; "" if they are not.
inline std::string refusal_of(
    const std::string& raw, const std::vector<std::string>& accept = kJsonOnly
) {
    auto parsed = parse_envelope(raw);
    if (const auto* malformed = std::get_if<Malformed>(&parsed)) return malformed->why;
    const auto& message = std::get<Message>(parsed);
    auto decoded = decode(message, accept);
    if (const auto* malformed = std::get_if<Malformed>(&decoded)) return malformed->why;
    const auto why = decode_body(message, std::get<Request>(decoded));
    return why ? why->why : "";
}
inline std::string refusal_of(const AnEnvelope& envelope) { return refusal_of(envelope.raw()); }

// The text as a value; a failure when it is none.
inline Json json_of(std::string_view text) {
    auto value = parse_json(text);
    if (const auto* error = std::get_if<JsonError>(&value)) {
        ADD_FAILURE() << error->why << ": " << text;
        return {};
    }
    return std::move(std::get<Json>(value));
}

}  // namespace taskworker
