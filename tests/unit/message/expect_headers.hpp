#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "message/decode.hpp"
#include "message/python_json.hpp"

namespace taskworker {

inline Json text_or_null(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

inline double number(const Json& value) {
    return value.is_number_float() ? value.get_ref<const double&>()
                                   : static_cast<double>(value.get_ref<const std::int64_t&>());
}

inline void expect_time(
    const std::optional<TimePoint>& at, const Json& python, const std::string& name
) {
    ASSERT_EQ(at.has_value(), !python.is_null()) << name;
    if (at) {
        EXPECT_DOUBLE_EQ(unix_time(*at), number(python)) << name;
    }
}

inline void expect_limit(
    const std::optional<Seconds>& limit, const Json& python, const std::string& name
) {
    ASSERT_EQ(limit.has_value(), !python.is_null()) << name;
    if (limit) {
        EXPECT_EQ(limit->count(), number(python)) << name;
    }
}

// Headers and properties, as celery/worker/request.py and celery/app/task.py: Context have them.
inline void expect_headers(const Request& ours, const Json& python, const std::string& name) {
    const bool protocol1 = python.at("protocol") == 1;
    EXPECT_EQ(Json(ours.id), python.at("id")) << name;
    EXPECT_EQ(Json(ours.task), python.at("task")) << name;
    EXPECT_EQ(Json(ours.display_name()), python.at("name")) << name;
    EXPECT_EQ(text_or_null(ours.shadow), python.at("shadow")) << name;
    EXPECT_EQ(text_or_null(ours.root_id), python.at("root_id")) << name;
    EXPECT_EQ(text_or_null(ours.parent_id), python.at("parent_id")) << name;
    EXPECT_EQ(text_or_null(ours.group), python.at("group")) << name;
    EXPECT_EQ(ours.group_index ? Json(*ours.group_index) : Json(), python.at("group_index"))
        << name;
    EXPECT_EQ(Json(ours.retries), python.at("retries")) << name;
    EXPECT_EQ(text_or_null(ours.eta), python.at("eta")) << name;
    EXPECT_EQ(text_or_null(ours.expires), python.at("expires")) << name;
    expect_time(ours.eta_at, python.at("eta_at"), name);
    expect_time(ours.expires_at, python.at("expires_at"), name);
    expect_limit(ours.time_limit, python.at("timelimit")[0], name);
    expect_limit(ours.soft_time_limit, python.at("timelimit")[1], name);
    EXPECT_EQ(ours.ignore_result ? Json(*ours.ignore_result) : Json(), python.at("ignore_result"))
        << name;
    EXPECT_EQ(ours.has_argsrepr, !protocol1) << name;
    if (ours.has_argsrepr) {
        EXPECT_EQ(Json(ours.argsrepr), python.at("argsrepr")) << name;
        EXPECT_EQ(Json(ours.kwargsrepr), python.at("kwargsrepr")) << name;
    }
    EXPECT_EQ(text_or_null(ours.origin), python.at("origin")) << name;
    EXPECT_EQ(text_or_null(ours.correlation_id), python.at("correlation_id")) << name;
    EXPECT_EQ(text_or_null(ours.reply_to), python.at("reply_to")) << name;
    EXPECT_EQ(Json(ours.replaced_task_nesting), python.at("replaced_task_nesting")) << name;
    const auto& info = python.at("delivery_info");
    EXPECT_EQ(Json(ours.delivery_info.exchange), info.at("exchange")) << name;
    EXPECT_EQ(Json(ours.delivery_info.routing_key), info.at("routing_key")) << name;
    EXPECT_EQ(Json(ours.delivery_info.priority), info.at("priority")) << name;
    EXPECT_EQ(Json(ours.delivery_info.redelivered), info.at("redelivered")) << name;
}

}  // namespace taskworker
