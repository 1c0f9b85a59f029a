#pragma once

#include <optional>
#include <string>

#include "base/moment.hpp"
#include "broker/broker.hpp"
#include "message/publish.hpp"
#include "taskworker/config.hpp"
#include "taskworker/json.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// A task to be called, as apply_async() has it.
struct TaskCall {
    std::string task;
    Json args = Json::array();
    Json kwargs = Json::object();
    std::optional<TimePoint> eta = {};
    std::optional<Seconds> countdown = {};  // from now; wins over eta, as in Celery
    std::optional<TimePoint> expires = {};
    std::optional<Seconds> expires_in = {};     // from now; wins over expires
    std::optional<std::string> queue = {};      // none: task_routes, task_default_queue
    std::string exchange = {};                  // not empty: all queues that are bound to it
    std::string routing_key = {};               // with an exchange; empty: the default queue's name
    std::optional<int> priority = {};           // none: settings.task_default_priority, else 0
    std::optional<Serializer> serializer = {};  // none: settings.task_serializer
    std::optional<Codec> compression = {};      // none: settings.task_compression
};

// The message of a call (celery/app/amqp.py: as_task_v2). Pure. `moment.node` is its origin. Throws
// CanvasError when a router of the app fails.
Publication make_publication(const TaskCall& call, const Moment& moment);

// Where it lies in the broker. Pure.
Outgoing address(const Publication& publication);

// "gen4711@host": who publishes outside of a worker (celery/utils/nodenames.py: anon_nodename).
std::string producer_name(const std::string& host);

}  // namespace taskworker
