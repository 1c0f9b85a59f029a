#include <gtest/gtest.h>

#include "message/decode.hpp"
#include "unit/message/golden_file.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

Json text_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

double number(const Json& value) {
    return value.is_number_float() ? value.get_ref<const double&>()
                                   : static_cast<double>(value.get_ref<const std::int64_t&>());
}

void expect_time(const std::optional<TimePoint>& at, const Json& python, const std::string& name) {
    ASSERT_EQ(at.has_value(), !python.is_null()) << name;
    if (at) {
        EXPECT_DOUBLE_EQ(unix_time(*at), number(python)) << name;
    }
}

void expect_limit(
    const std::optional<Seconds>& limit, const Json& python, const std::string& name
) {
    ASSERT_EQ(limit.has_value(), !python.is_null()) << name;
    if (limit) {
        EXPECT_EQ(limit->count(), number(python)) << name;
    }
}

// Headers and properties, as celery/worker/request.py and celery/app/task.py: Context have them.
void expect_headers(const Request& ours, const Json& python, const std::string& name) {
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

// As texts, so that 1 and 1.0, NaN and order count.
void expect_same(const Json& ours, const Json& python, const std::string& name) {
    EXPECT_EQ(to_json_text(ours), to_json_text(python)) << name;
}

void expect_body(const Request& ours, const Json& python, const std::string& name) {
    expect_same(ours.args, python.at("args"), name);
    expect_same(ours.kwargs, python.at("kwargs"), name);
    expect_same(ours.callbacks, python.at("callbacks"), name);
    expect_same(ours.errbacks, python.at("errbacks"), name);
    expect_same(ours.chain, python.at("chain"), name);
    expect_same(ours.chord, python.at("chord"), name);
    Json headers = python.at("headers");
    headers.erase("meth");  // hybrid_to_proto2 makes one up
    expect_same(ours.headers, headers, name);
    expect_same(ours.stamped_headers, python.at("stamped_headers"), name);
    expect_same(ours.stamps, python.at("stamps"), name);
}

TEST(Decode, ReadsCelerysMessagesAsCeleryDoes) {
    for (const auto& row : golden_rows("celery-5.6.3.jsonl")) {
        const auto& name = text_of(row, "name");
        const auto message = message_of(text_of(row, "raw"));
        const auto& python = row.at("python");
        const auto decoded = decode(message, kJsonOnly);
        if (python.contains("error")) {
            ASSERT_TRUE(std::holds_alternative<Malformed>(decoded)) << name;
            EXPECT_EQ(
                "ContentDisallowed: " + std::get<Malformed>(decoded).why, text_of(python, "error")
            );
            continue;
        }
        ASSERT_TRUE(std::holds_alternative<Request>(decoded))
            << name << ": " << std::get<Malformed>(decoded).why;
        auto request = std::get<Request>(decoded);
        expect_headers(request, python, name);
        ASSERT_EQ(decode_body(message, request), std::nullopt) << name;
        expect_body(request, python, name);
    }
}

}  // namespace
}  // namespace taskworker
