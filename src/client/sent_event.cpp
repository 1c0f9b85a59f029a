#include "client/sent_event.hpp"

#include <unistd.h>

#include <array>
#include <ctime>
#include <utility>

#include "message/plain_message.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

}  // namespace

Fanout::Sending sent_event(const Publication& message, const SentEventWith& with) {
    Event event{.type = Event::Type::TaskCustom, .at = with.at};
    event.custom_type = "task-sent";
    event.uuid = message.id;
    const bool has_root = message.root_id && !message.root_id->empty();
    auto& fields = event.fields;
    fields["root_id"] = has_root ? *message.root_id : message.id;
    fields["parent_id"] = or_null(message.parent_id);
    fields["name"] = message.task;
    fields["args"] = tuple_repr(message.args);
    fields["kwargs"] = safe_repr(message.kwargs);
    fields["retries"] = message.retries;
    fields["eta"] = or_null(message.eta);
    fields["expires"] = or_null(message.expires);
    fields["queue"] = message.routing_key;
    fields["exchange"] = message.exchange;
    fields["routing_key"] = message.routing_key;
    std::string body;
    write_task_event(body, event, with.sender, with.clock);
    const auto key = event_routing_key(event.custom_type);
    auto headers = Json::object();
    headers["hostname"] = with.sender.node;
    const auto headers_text = to_json_text(headers);
    return {
        .exchange = with.exchange,
        .key = key,
        .envelope = encode_plain(
            {.body = body,
             .headers = headers_text,
             .exchange = with.exchange,
             .routing_key = key,
             .delivery_tag = with.delivery_tag}
        )};
}

EventSender event_sender(std::string node) {
    const auto now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    const auto west = -local.tm_gmtoff;  // rounded towards the east, as Python's `//`
    const auto hours = west >= 0 ? west / 3600 : -((-west + 3599) / 3600);
    return {.node = std::move(node), .utcoffset = static_cast<int>(hours), .pid = ::getpid()};
}

std::string this_host() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace taskworker
