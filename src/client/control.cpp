#include "client/control.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostReplies = 100'000;

Fanout::Binding reply_queue(const Settings& settings, const std::string& oid) {
    const auto exchange = fmt::format("reply.{}.pidbox", settings.control_exchange);
    return {.exchange = exchange, .key = oid, .queue = fmt::format("{}.{}", oid, exchange)};
}

}  // namespace

Control::Control(Fanout& fanout, const Settings& settings, const Clock& clock)
    : fanout_(fanout),
      settings_(settings),
      clock_(clock),
      exchange_(settings.control_exchange + ".pidbox"),
      mine_(reply_queue(settings, luck_.uuid())) {}

Control::~Control() {
    if (!bound_) return;
    try {
        fanout_.remove(mine_);
    } catch (const Error&) {
        return;  // the broker has gone; so has whoever would have cared
    }
}

void Control::publish(ControlRequest request, Seconds timeout) {
    request.clock = lamport_.forward();
    const double expires = unix_time(clock_.now() + timeout);
    const Fanout::Sending message{
        .exchange = exchange_,
        .key = "",
        .envelope = encode_control_request(request, exchange_, expires, luck_.uuid())};
    fanout_.publish({&message, 1});
}

void Control::tell(const Call& call) {
    publish(
        {.method = call.method, .arguments = call.arguments, .destination = call.destination},
        call.timeout
    );
}

std::vector<Control::Reply> Control::ask(const Call& call) {
    fanout_.bind(mine_);  // each time: a Redis that was started anew has forgotten it
    bound_ = true;
    ControlRequest request{
        .method = call.method, .arguments = call.arguments, .destination = call.destination};
    request.ticket = luck_.uuid();
    request.reply_to = {mine_.exchange, mine_.key};
    const auto ticket = request.ticket;
    publish(std::move(request), call.timeout);

    std::vector<Reply> replies;
    const auto patience = std::chrono::duration_cast<SteadyPoint::duration>(call.timeout);
    auto until = clock_.ticks() + patience;
    while (replies.size() < kMostReplies) {
        if (!call.destination.empty() && replies.size() >= call.destination.size()) break;
        auto raw = fanout_.take(mine_.queue, until);
        if (!raw) break;
        const auto opened = open_plain(*std::move(raw), settings_.accept_content);
        const auto* message = std::get_if<PlainMessage>(&opened);
        if (!message || !message->body.is_object()) continue;
        const auto given = message->headers.find("ticket");
        if (given == message->headers.end() || *given != ticket) continue;
        for (const auto& [node, body] : message->body.items()) replies.push_back({node, body});
        until = clock_.ticks() + patience;
    }
    std::sort(replies.begin(), replies.end(), [](const Reply& a, const Reply& b) {
        return a.node < b.node;
    });
    return replies;
}

}  // namespace taskworker
