#include "message/control_message.hpp"

#include <algorithm>

#include "message/name_match.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostDestinations = 100'000;

const Json* control_field(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string control_text(const Json& object, const char* name) {
    const auto* value = control_field(object, name);
    return value && value->is_string() ? value->get_ref<const std::string&>() : std::string();
}

std::uint64_t control_clock(const Json& headers) {
    const auto* value = control_field(headers, "clock");
    if (!value || !value->is_number_integer()) return 0;
    if (const auto* n = value->get_ptr<const std::uint64_t*>()) return *n;
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, *value->get_ptr<const std::int64_t*>())
    );
}

std::vector<std::string> control_destination(const Json& body) {
    std::vector<std::string> names;
    const auto* value = control_field(body, "destination");
    if (!value) return names;
    if (value->is_string()) names.push_back(value->get_ref<const std::string&>());
    if (!value->is_array()) return names;
    for (const auto& name : *value) {
        if (names.size() >= kMostDestinations) break;
        // What is no text is nobody's name; kept as one, so that it does not mean everybody.
        names.push_back(name.is_string() ? name.get_ref<const std::string&>() : std::string());
    }
    return names;
}

}  // namespace

std::variant<ControlRequest, Malformed> read_control_request(
    std::string raw, std::span<const std::string> accept
) {
    auto opened = open_plain(std::move(raw), accept);
    if (auto* malformed = std::get_if<Malformed>(&opened)) return std::move(*malformed);
    auto& message = std::get<PlainMessage>(opened);
    auto& body = message.body;
    if (!body.is_object()) return Malformed{"a control request that is no object"};
    ControlRequest request;
    request.method = control_text(body, "method");
    if (request.method.empty()) return Malformed{"a control request without a method"};
    if (const auto* arguments = control_field(body, "arguments")) {
        if (!arguments->is_object())
            return Malformed{"a control request whose arguments are no object"};
        request.arguments = *arguments;
    }
    request.destination = control_destination(body);
    request.pattern = control_text(body, "pattern");
    request.matcher = control_text(body, "matcher");
    request.clock = control_clock(message.headers);
    if (const auto* ticket = control_field(body, "ticket")) request.ticket = *ticket;
    if (const auto* to = control_field(body, "reply_to")) {
        if (!to->is_object()) return Malformed{"a control request whose reply_to is no object"};
        request.reply_to = {control_text(*to, "exchange"), control_text(*to, "routing_key")};
    }
    return request;
}

bool is_addressed_to(const ControlRequest& request, std::string_view node) {
    if (!request.destination.empty())
        return std::find(request.destination.begin(), request.destination.end(), node) !=
               request.destination.end();
    if (request.pattern.empty() || request.matcher.empty()) return true;
    if (request.matcher == "glob") return glob_matches(request.pattern, node);
    if (request.matcher == "pcre") return regex_matches(request.pattern, node);
    return false;
}

std::string encode_control_reply(
    const ControlRequest& request,
    const std::string& node,
    const Json& reply,
    std::uint64_t clock,
    std::string_view delivery_tag
) {
    const Json body = {{node, reply}};
    const Json headers = {{"ticket", request.ticket}, {"clock", clock}};
    const auto to = request.reply_to.value_or(ControlRequest::ReplyTo{});
    return encode_plain(
        {.body = to_json_text(body),
         .headers = to_json_text(headers),
         .exchange = to.exchange,
         .routing_key = to.routing_key,
         .delivery_tag = delivery_tag}
    );
}

std::string encode_control_request(
    const ControlRequest& request,
    std::string_view exchange,
    double expires,
    std::string_view delivery_tag
) {
    Json body = {{"method", request.method}, {"arguments", request.arguments}};
    body["destination"] = request.destination.empty() ? Json() : Json(request.destination);
    body["pattern"] = request.pattern.empty() ? Json() : Json(request.pattern);
    body["matcher"] = request.matcher.empty() ? Json() : Json(request.matcher);
    if (request.reply_to) {
        body["ticket"] = request.ticket;
        body["reply_to"] = {
            {"exchange", request.reply_to->exchange},
            {"routing_key", request.reply_to->routing_key}};
    }
    const Json headers = {
        {"clock", request.clock}, {"expires", expires > 0 ? Json(expires) : Json(0)}};
    return encode_plain(
        {.body = to_json_text(body),
         .headers = to_json_text(headers),
         .exchange = exchange,
         .routing_key = "",
         .delivery_tag = delivery_tag}
    );
}

}  // namespace taskworker
