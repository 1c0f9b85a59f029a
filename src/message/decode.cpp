#include "message/decode.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "message/body.hpp"
#include "message/fields.hpp"
#include "message/header_names.hpp"
#include "message/python_json.hpp"
#include "message/request_reader.hpp"
#include "message/task_body.hpp"

namespace taskworker {
namespace {

bool is_list_or_null(const Json& value) { return value.is_null() || value.is_array(); }

const Json& member(const Json& object, const char* name) {
    static const Json null;
    const auto found = object.find(name);
    return found == object.end() ? null : *found;
}

// Signatures are objects; what is in them is for canvas to judge.
bool take_signatures(Json& to, Json from) {
    const bool good =
        is_list_or_null(from) &&
        std::all_of(from.begin(), from.end(), [](const Json& one) { return one.is_object(); });
    if (good) to = std::move(from);
    return good;
}

std::optional<Malformed> take_links(Request& request, const Json& from, bool with_chain) {
    if (!take_signatures(request.callbacks, member(from, "callbacks"))) {
        return Malformed{"callbacks are not a list of signatures"};
    }
    if (!take_signatures(request.errbacks, member(from, "errbacks"))) {
        return Malformed{"errbacks are not a list of signatures"};
    }
    Json chain;
    if (!take_signatures(chain, with_chain ? member(from, "chain") : Json())) {
        return Malformed{"the chain is not a list of signatures"};
    }
    request.chain = chain;
    request.chord = member(from, "chord");
    if (!request.chord.is_null() && !request.chord.is_object()) {
        return Malformed{"the chord is not a signature"};
    }
    return std::nullopt;
}

std::optional<Malformed> take_arguments(Request& request, Json args, Json kwargs) {
    if (!args.is_array()) return Malformed{"the positional arguments are not a list"};
    if (!kwargs.is_object()) return Malformed{"the keyword arguments are not an object"};
    request.args = std::move(args);
    request.kwargs = std::move(kwargs);
    return std::nullopt;
}

// [args, kwargs, embed]
std::optional<Malformed> take_list_body(Request& request, Json& body) {
    if (body.size() != 3) {
        return Malformed{fmt::format("the body is a list of {}, not of three", body.size())};
    }
    if (auto why = take_arguments(request, std::move(body[0]), std::move(body[1]))) return why;
    if (!body[2].is_null() && !body[2].is_object()) {
        return Malformed{"the third part of the body is not an object"};
    }
    return take_links(request, body[2].is_null() ? Json::object() : body[2], true);
}

// Protocol 1: everything in one object (celery/worker/strategy.py: hybrid_to_proto2).
std::optional<Malformed> take_object_body(Request& request, const Json& body) {
    const auto part = [&](const char* name, Json fallback) {
        return body.contains(name) ? body.at(name) : std::move(fallback);
    };
    auto why = take_arguments(request, part("args", Json::array()), part("kwargs", Json::object()));
    return why ? why : take_links(request, body, false);
}

void take_task_body(Request& request, TaskBody body) {
    request.args = std::move(body.args);
    request.kwargs = std::move(body.kwargs);
    request.callbacks = std::move(body.callbacks);
    request.errbacks = std::move(body.errbacks);
    request.chain = std::move(body.chain);
    request.chord = std::move(body.chord);
}

std::optional<Malformed> take_body(Request& request, Json& body) {
    if (body.is_array()) return take_list_body(request, body);
    if (body.is_object()) return take_object_body(request, body);
    return Malformed{"the body is neither a list of three nor an object"};
}

// What the sender gave as headers= (celery/app/task.py: Context._get_custom_headers).
std::optional<Malformed> take_custom_headers(
    const Message& message, Request& request, const WireLimits& limits
) {
    request.headers = Json::object();
    auto& headers = request.headers.get_ref<Json::object_t&>();
    std::string scratch;
    for (const auto& field : message.headers) {
        if (field.header != MessageHeader::Unknown && field.header != MessageHeader::Custom)
            continue;
        auto value = parse_json(message.text(field.value), limits);
        if (const auto* error = std::get_if<JsonError>(&value)) {
            return Malformed{
                fmt::format("header {}: {}", raw_for_error(message.text(field.name)), error->why)};
        }
        if (field.header == MessageHeader::Unknown) {
            headers.emplace_back(
                std::string(plain_name(message, field, scratch)), std::move(std::get<Json>(value))
            );
        } else if (std::get<Json>(value).is_object()) {
            request.headers = std::move(std::get<Json>(value));
            break;
        }
    }
    return std::nullopt;
}

void read_headers(RequestReader& reader, const Message& message) {
    std::string scratch;
    for (const auto& field : message.headers)
        reader.header(field.header, plain_name(message, field, scratch), message.text(field.value));
}

// Protocol 1 and hybrids: the body's fields, then the message headers over them.
std::optional<Malformed> read_object_message(
    const Message& message, Request& request, RequestReader& reader, const WireLimits& limits
) {
    auto opened = open_body(message, limits);
    if (auto* malformed = std::get_if<Malformed>(&opened)) return std::move(*malformed);
    auto& body = std::get<Json>(opened);
    if (!body.is_object()) return Malformed{"no task: neither in the headers nor in the body"};
    for (const auto& [name, value] : body.get_ref<const Json::object_t&>()) {
        const auto header = header_of(name);
        if (header == MessageHeader::Unknown || header == MessageHeader::Attribute ||
            header == MessageHeader::Custom)
            continue;
        if (header == MessageHeader::Compression || header == MessageHeader::Redelivered) continue;
        reader.header(header, name, to_json_text(value));
    }
    read_headers(reader, message);
    if (auto why = take_object_body(request, body)) return why;
    return take_custom_headers(message, request, limits);
}

}  // namespace

std::optional<Malformed> decode_into(
    Request& request,
    const Message& message,
    std::span<const std::string> accept,
    const WireLimits& limits
) {
    if (auto why = check_content(message, accept)) return why;
    RequestReader reader(request);
    const bool named = find_header(message, MessageHeader::Task) != nullptr;
    const auto looked = shape_of_body(message, limits);
    if (const auto* malformed = std::get_if<Malformed>(&looked)) return *malformed;
    const auto shape = std::get<BodyShape>(looked);
    if (named && shape == BodyShape::List) {
        request.has_argsrepr = true;
        read_headers(reader, message);
    } else if (named && shape != BodyShape::Object) {
        return Malformed{"the body is neither a list of three nor an object"};
    } else if (auto why = read_object_message(message, request, reader, limits)) {
        return why;
    }
    reader.properties(message);
    reader.finish();
    return reader.wrong();
}

std::variant<Request, Malformed> decode(
    const Message& message, std::span<const std::string> accept, const WireLimits& limits
) {
    std::variant<Request, Malformed> result;
    if (auto why = decode_into(std::get<Request>(result), message, accept, limits)) return *why;
    return result;
}

std::optional<Malformed> decode_body(
    const Message& message, Request& request, const WireLimits& limits
) {
    if (request.stamps.is_null()) request.stamps = Json::object();
    auto bytes = body_bytes(message, limits);
    if (auto* malformed = std::get_if<Malformed>(&bytes)) return std::move(*malformed);
    const auto& text = std::get<std::string>(bytes);
    if (serializer_of(message.content_type) == Serializer::JsonText) {
        if (auto body = read_task_body(text, Arguments::Read, limits)) {
            take_task_body(request, *std::move(body));
            return take_custom_headers(message, request, limits);
        }
    }
    auto opened = open_body(message, text, limits);
    if (auto* malformed = std::get_if<Malformed>(&opened)) return std::move(*malformed);
    if (auto why = take_body(request, std::get<Json>(opened))) return why;
    return take_custom_headers(message, request, limits);
}

}  // namespace taskworker
