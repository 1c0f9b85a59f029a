#include "client/producer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/time_zone.hpp"
#include "canvas/router.hpp"

namespace taskworker {
namespace {

// A message that is void already has a time to live of 0 (celery/app/amqp.py: as_task_v2).
std::string milliseconds_until(TimePoint end, TimePoint now) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - now);
    return fmt::format("{}", std::max<std::int64_t>(0, left.count()));
}

Route route_of_call(const TaskCall& call, const Settings& settings) {
    auto options = Json::object();
    if (call.queue) options["queue"] = *call.queue;
    if (call.priority) options["priority"] = *call.priority;
    auto route = read_route(route_of({call.task, call.args, call.kwargs, options}, settings));
    if (route.queue.empty()) route.queue = settings.task_default_queue;
    return route;
}

}  // namespace

Publication make_publication(const TaskCall& call, const Moment& moment) {
    Publication message;
    message.task = call.task;
    message.id = moment.luck.uuid();
    message.root_id = message.id;
    message.args = call.args;
    message.kwargs = call.kwargs;
    message.origin = moment.node;
    const auto route = route_of_call(call, moment.settings);
    message.exchange = call.exchange;
    message.routing_key = call.queue.value_or(route.queue);
    if (!call.routing_key.empty()) message.routing_key = call.routing_key;
    message.priority = call.priority.value_or(
        route.priority.value_or(moment.settings.task_default_priority.value_or(0))
    );
    message.delivery_tag = moment.luck.uuid();
    take_form(message, moment.settings);
    if (call.serializer) message.serializer = *call.serializer;
    if (call.compression) message.compression = call.compression;

    auto eta = call.eta;
    if (call.countdown && call.countdown->count() > 0) eta = moment.now + *call.countdown;
    if (eta) message.eta = format_iso_time(*eta, moment.settings);

    auto expires = call.expires;
    if (call.expires_in) expires = moment.now + *call.expires_in;
    if (expires) {
        message.expires = format_iso_time(*expires, moment.settings);
        message.expiration = milliseconds_until(*expires, moment.now);
    }
    return message;
}

Outgoing address(const Publication& publication) {
    return {
        .queue = publication.routing_key,
        .priority = publication.priority,
        .envelope = encode_publication(publication)};
}

std::string producer_name(const std::string& host) {
    return fmt::format("gen{}@{}", ::getpid(), host);
}

}  // namespace taskworker
