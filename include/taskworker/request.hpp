#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/json_list.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// How the message came to us; `request.delivery_info` (celery/worker/request.py: Request.__init__).
struct DeliveryInfo {
    std::string exchange;
    std::string routing_key;
    int priority = 0;
    bool redelivered = false;
    bool operator==(const DeliveryInfo&) const = default;
};

// One task call, whatever protocol it came in: Celery's `self.request`. A value; a task sees it
// const. What Python shows as None is an empty optional or a null Json. The members below "the
// body" are filled only where the task is executed: nothing reads a body earlier.
struct Request {
    std::string id;
    std::string task;
    std::optional<std::string> shadow;  // another name for logs and events, never for look-up
    std::optional<std::string> root_id, parent_id;
    std::optional<std::string> group;
    std::optional<int> group_index;
    int retries = 0;
    std::optional<std::string> eta, expires;  // ISO 8601 as received: a retry copies the text
    std::optional<TimePoint> eta_at, expires_at;
    std::optional<Seconds> time_limit,
        soft_time_limit;  // of this call; header `timelimit` [hard, soft]
    std::optional<bool> ignore_result;
    std::string argsrepr, kwargsrepr;
    bool has_argsrepr = false;  // protocol 1 has none: events then carry null
    std::optional<std::string> origin;
    std::optional<std::string> correlation_id, reply_to;
    int replaced_task_nesting = 0;
    DeliveryInfo delivery_info;
    std::string hostname;  // node name of the worker that runs it

    // ---- the body (message/decode.hpp: decode_body) and what only user code looks at ----
    Json args = Json::array();
    Json kwargs = Json::object();
    Json callbacks, errbacks;       // null or a list of signatures
    JsonList chain;                 // null or the steps to come, the next one last
    Json chord;                     // null or the chord's body
    Json headers = Json::object();  // custom message headers
    Json stamped_headers;           // null or the names of the stamps
    Json stamps = Json::object();

    const std::string& display_name() const { return shadow && !shadow->empty() ? *shadow : task; }
    bool operator==(const Request&) const = default;
};

}  // namespace taskworker
