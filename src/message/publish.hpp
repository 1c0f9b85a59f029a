#pragma once

#include <optional>
#include <string>
#include <vector>

#include "message/compression.hpp"
#include "message/json_members.hpp"
#include "message/message.hpp"
#include "message/serializer.hpp"
#include "taskworker/config.hpp"
#include "taskworker/json.hpp"
#include "taskworker/json_list.hpp"
#include "taskworker/request.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

// A message on its way out: the envelope as it will lie in the list, and where it goes.
struct Outgoing {
    std::string queue;
    int priority = 0;  // the broker makes the priority step of it
    std::string envelope;
    bool operator==(const Outgoing&) const = default;
};

// What a retry changes (celery/app/task.py: signature_from_request, retry); everything else is
// copied as received: body bytes, unknown headers, properties, expires text, stamps, shadow,
// compression.
struct RetryEdit {
    int retries = 0;
    std::optional<std::string> eta;   // ISO text; none = header null
    std::string delivery_tag;         // must be new: it is the key in `unacked`
    std::string parent_id;            // written only when the header was null (wire §5.7)
    std::optional<std::string> body;  // a new body as JSON text, when the arguments changed
    std::optional<std::string> argsrepr, kwargsrepr;  // with a new body
    std::optional<std::string> expires;               // ISO text, only when given anew
    std::optional<std::string> expiration;  // milliseconds as text; drops the property when empty
    std::optional<int> priority;
    std::optional<std::string> routing_key;  // another queue
    std::optional<Seconds> time_limit, soft_time_limit;
    Json headers = Json::object();  // custom headers added
};
// A message of protocol 1 comes back as protocol 2, as Celery does it. Throws EncodeError
// (python_json.hpp) for headers that JSON has no form for.
std::string republish(const Message& message, const Request& request, const RetryEdit& edit);

// The same message with some of its headers and of its delivery_info changed. If the bytes cannot
// be read they come back unchanged.
std::string edit_delivery(
    const std::string& raw, const MemberEdits& headers, const MemberEdits& delivery_info
);

// The same message marked as redelivered (headers and delivery_info), for requeue and hand-back.
std::string mark_redelivered(const std::string& raw);

// A new protocol 2 message, as celery/app/amqp.py: as_task_v2 writes it.
struct Publication {
    std::string task, id;
    Json args = Json::array(), kwargs = Json::object();
    Json callbacks, errbacks, chord;
    JsonList chain;
    std::optional<std::string> shadow, eta, expires, group, root_id, parent_id;
    std::optional<int> group_index;
    std::optional<Seconds> time_limit, soft_time_limit;
    std::optional<bool> ignore_result;
    int retries = 0;
    int priority = 0;
    int replaced_task_nesting = 0;
    std::optional<std::string> expiration;  // property, ms
    std::string origin, reply_to;
    std::string exchange, routing_key;  // delivery_info; '' and the queue by default
    std::string delivery_tag;
    Json headers = Json::object();
    Json stamped_headers, stamps = Json::object();
    Serializer serializer = Serializer::JsonText;  // task_serializer
    std::optional<Codec> compression;              // task_compression
};
// task_serializer and task_compression: for everything that is published anew.
void take_form(Publication& publication, const Settings& settings);

// Throws EncodeError for arguments that the serializer has no form for.
std::string encode_publication(const Publication& publication);

}  // namespace taskworker
