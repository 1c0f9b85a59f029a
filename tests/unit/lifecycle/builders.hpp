#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/base64.hpp"
#include "base/moment.hpp"
#include "lifecycle/settle.hpp"
#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "message/python_json.hpp"
#include "unit/lifecycle/now.hpp"

namespace taskworker::testing {

inline constexpr const char* kNoLinks =
    R"({"callbacks": null, "errbacks": null, "chain": null, "chord": null})";
// The signature of another task, as Celery embeds it.
inline constexpr const char* kSignature =
    R"({"task": "shop.next", "args": [], "kwargs": {}, "options": {}, "subtask_type": null, "immutable": false})";

// A message as Celery 5.6 sends it, changed where the test says so. All through the real decoder.
struct DeliveryBuilder {
    Json headers = Json::object();
    std::string body = std::string("[[2, 3], {}, ") + kNoLinks + "]";
    std::string exchange;
    std::string routing_key = "celery";
    int priority = 0;

    DeliveryBuilder() {
        headers["lang"] = "py";
        headers["task"] = "shop.add";
        headers["id"] = "3f0c";
        headers["shadow"] = nullptr;
        headers["eta"] = nullptr;
        headers["expires"] = nullptr;
        headers["group"] = nullptr;
        headers["group_index"] = nullptr;
        headers["retries"] = 0;
        headers["timelimit"] = Json::array({nullptr, nullptr});
        headers["root_id"] = "3f0c";
        headers["parent_id"] = nullptr;
        headers["argsrepr"] = "(2, 3)";
        headers["kwargsrepr"] = "{}";
        headers["origin"] = "gen1@shop";
        headers["ignore_result"] = nullptr;
        headers["replaced_task_nesting"] = 0;
        headers["stamped_headers"] = nullptr;
        headers["stamps"] = Json::object();
    }
    DeliveryBuilder& header(const char* name, Json value) {
        headers[name] = std::move(value);
        return *this;
    }
    DeliveryBuilder& embed(const std::string& text) {
        body = "[[2, 3], {}, " + text + "]";
        return *this;
    }

    std::string raw() const {
        auto info = Json::object();
        info["exchange"] = exchange;
        info["routing_key"] = routing_key;
        auto properties = Json::object();
        properties["correlation_id"] = headers["id"];
        properties["reply_to"] = "oid";
        properties["delivery_mode"] = 2;
        properties["delivery_info"] = info;
        properties["priority"] = priority;
        properties["body_encoding"] = "base64";
        properties["delivery_tag"] = "the-first-tag";
        auto envelope = Json::object();
        envelope["body"] = base64_encode(body);
        envelope["content-encoding"] = "utf-8";
        envelope["content-type"] = "application/json";
        envelope["headers"] = headers;
        envelope["properties"] = properties;
        return to_json_text(envelope);
    }

    operator Delivery() const {  // NOLINT: a builder reads as what it builds
        static const std::vector<std::string> kAccept = {"json"};
        Delivery delivery;
        delivery.tag = "tw:1@:000000000001:celery";
        delivery.queue = "celery";
        delivery.list = "celery";
        auto message = parse_envelope(raw());
        if (auto* bad = std::get_if<Malformed>(&message)) throw std::runtime_error(bad->why);
        delivery.message = std::get<Message>(std::move(message));
        auto request = decode(delivery.message, kAccept);
        if (auto* bad = std::get_if<Malformed>(&request)) throw std::runtime_error(bad->why);
        delivery.request = std::get<Request>(std::move(request));
        return delivery;
    }
};

struct World {
    Settings settings;
    Luck luck{7};
    Moment moment() { return {kNow, luck, "celery@shop", settings}; }
};

inline TaskDef a_task(TaskOptions options = {}) {
    TaskDef task;
    task.name = "shop.add";
    task.options = std::move(options);
    return task;
}

inline Json parsed(const std::string& text) {
    auto json = parse_json(text);
    if (auto* bad = std::get_if<JsonError>(&json)) throw std::runtime_error(bad->why + ": " + text);
    return std::get<Json>(std::move(json));
}

inline const Event* find_event(const Settlement& settlement, Event::Type type) {
    for (const auto& event : settlement.events)
        if (event.type == type) return &event;
    return nullptr;
}

}  // namespace taskworker::testing
