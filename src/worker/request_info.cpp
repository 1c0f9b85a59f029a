#include "worker/request_info.hpp"

#include "message/decode.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostShown = 1u << 20;  // bytes of a message whose body is opened for show

Json info_of(const Delivery& delivery, const std::string& node, bool safe) {
    auto request = delivery.request;
    const bool texts = safe || delivery.message.raw.size() > kMostShown ||
                       decode_body(delivery.message, request).has_value();
    Json info = Json::object();
    info["id"] = request.id;
    info["name"] = request.display_name();
    info["args"] = texts ? Json(request.argsrepr) : request.args;
    info["kwargs"] = texts ? Json(request.kwargsrepr) : request.kwargs;
    info["type"] = request.task;
    info["hostname"] = node;
    info["time_start"] = nullptr;
    info["acknowledged"] = false;
    const auto& how = request.delivery_info;
    info["delivery_info"] = {
        {"exchange", how.exchange},
        {"routing_key", how.routing_key},
        {"priority", how.priority},
        {"redelivered", how.redelivered}};
    info["worker_pid"] = nullptr;
    return info;
}

}  // namespace

Json request_info(const Delivery& delivery, const std::string& node, bool safe) {
    return info_of(delivery, node, safe);
}

Json request_info(
    const Inflight::Entry& entry, const std::string& node, bool acks_late, bool safe
) {
    auto info = info_of(*entry.delivery, node, safe);
    if (entry.started) {
        info["time_start"] = unix_time(*entry.started);
        info["acknowledged"] = !acks_late;
        info["worker_pid"] = entry.pid;
    }
    return info;
}

}  // namespace taskworker
