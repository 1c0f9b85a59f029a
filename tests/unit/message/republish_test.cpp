#include <gtest/gtest.h>

#include "message/fields.hpp"
#include "message/publish.hpp"
#include "unit/message/golden_file.hpp"
#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

const std::string kHeaders =
    R"({"lang": "py", "task": "t", "id": "i", "eta": null, "expires": "2030-01-02T03:04:05", "retries": 0, )"
    R"j("timelimit": [30, 20], "root_id": "r", "parent_id": null, "argsrepr": "(1, 2)", "kwargsrepr": "{}", )j"
    R"("ignore_result": true, "x-death": [1], "tenant": {"z":1,"a":2.50}, "redelivered": true})";
const std::string kProperties =
    R"("correlation_id": "i", "app_id": "shop", "expiration": "9500", "priority": 3, )"
    R"("delivery_info": {"exchange": "", "routing_key": "sms", "redelivered": true, "more": 1})";

std::string republished(const AnEnvelope& envelope, RetryEdit edit) {
    const auto message = message_of(envelope.raw());
    if (edit.delivery_tag.empty()) edit.delivery_tag = "new-tag";
    return republish(message, request_of(message), edit);
}

TEST(Republish, ChangesOnlyWhatARetryChanges) {
    const auto out = republished(
        {.headers = kHeaders, .properties = kProperties},
        {.retries = 1, .eta = "2030-01-01T00:00:00+00:00", .parent_id = "i"}
    );
    EXPECT_EQ(
        out,
        "{\"body\": \"" + base64_encode(kPlainBody) +
            R"(", "content-encoding": "utf-8", "content-type": "application/json", "headers": )"
            R"({"lang": "py", "task": "t", "id": "i", "eta": "2030-01-01T00:00:00+00:00", )"
            R"("expires": "2030-01-02T03:04:05", "retries": 1, "timelimit": [30, 20], "root_id": "r", )"
            R"j("parent_id": "i", "argsrepr": "(1, 2)", "kwargsrepr": "{}", "ignore_result": true, )j"
            R"("tenant": {"z":1,"a":2.50}}, "properties": {"correlation_id": "i", "app_id": "shop", )"
            R"("expiration": "9500", "priority": 3, "delivery_info": {"exchange": "", )"
            R"("routing_key": "sms", "more": 1}, "body_encoding": "base64", "delivery_tag": "new-tag"}})"
    );
}

TEST(Republish, KeepsTheParentThatThereWas) {
    const auto out = republished(
        {.headers = R"({"task": "t", "id": "i", "parent_id": "p"})"},
        {.retries = 1, .parent_id = "i"}
    );
    EXPECT_EQ(request_of(message_of(out)).parent_id, "p");
}

TEST(Republish, AddsHeadersThatWereLeftOut) {
    const auto request = request_of(message_of(republished({}, {.retries = 4, .parent_id = "i"})));
    EXPECT_EQ(request.retries, 4);
    EXPECT_EQ(request.parent_id, "i");
    EXPECT_EQ(request.eta, std::nullopt);
}

TEST(Republish, TakesEverythingThatARetryMayGiveAnew) {
    RetryEdit edit{.retries = 2, .parent_id = "i"};
    edit.body = R"([["new"], {}, null])";
    edit.argsrepr = "('new',)";
    edit.kwargsrepr = "{}";
    edit.expires = "2031-01-01";
    edit.expiration = "7";
    edit.priority = 9;
    edit.routing_key = "other";
    edit.soft_time_limit = Seconds(2.5);
    edit.headers = {{"tenant", "new"}, {"more", nullptr}};
    const auto message =
        message_of(republished({.headers = kHeaders, .properties = kProperties}, edit));
    const auto request = request_of(message);
    EXPECT_EQ(request.args, Json::array({"new"}));
    EXPECT_EQ(request.argsrepr, "('new',)");
    EXPECT_EQ(request.expires, "2031-01-01");
    EXPECT_EQ(request.delivery_info.priority, 9);
    EXPECT_EQ(request.delivery_info.routing_key, "other");
    EXPECT_EQ(request.delivery_info.exchange, "");
    EXPECT_EQ(request.time_limit, Seconds(30));
    EXPECT_EQ(request.soft_time_limit, Seconds(2.5));
    EXPECT_EQ(to_json_text(request.headers), R"({"tenant": "new", "more": null})");
    EXPECT_EQ(message.text(find_field(message, message.properties, "expiration")->value), "\"7\"");
}

TEST(Republish, DropsTheExpirationWhenItIsEmpty) {
    RetryEdit edit{.retries = 1};
    edit.expiration = "";
    const auto message = message_of(republished({.properties = kProperties}, edit));
    EXPECT_EQ(find_field(message, message.properties, "expiration"), nullptr);
}

TEST(Republish, KeepsTheBytesOfTheBody) {
    const std::string body = R"([[1e5, "\/", "é"  ], {"a": 1, "a": 2}, {"unknown": 1}])";
    const auto message = message_of(republished({.body = body}, {.retries = 1}));
    EXPECT_EQ(message.text(message.body), "\"" + base64_encode(body) + "\"");
}

TEST(Republish, KeepsWhatIsUnknownInTheEnvelope) {
    const auto message = message_of(
        R"({"x": [1], "body": "[[], {}, null]", "content-type": "application/json", "headers": {"task": "t", "id": "i"}})"
    );
    EXPECT_EQ(
        republish(message, request_of(message), {.retries = 1, .delivery_tag = "d"}),
        R"({"body": "[[], {}, null]", "content-encoding": null, "content-type": "application/json", )"
        R"("headers": {"task": "t", "id": "i", "retries": 1, "eta": null, "parent_id": ""}, )"
        R"("properties": {"delivery_info": {}, "delivery_tag": "d"}, "x": [1]})"
    );
}

TEST(Republish, MakesProtocolTwoOfProtocolOne) {
    const AnEnvelope old{
        .headers = R"({"tenant": "shop", "x-death": 1})",
        .body =
            R"({"task": "t", "id": "i", "args": [1], "kwargs": {"a": 2}, "retries": 0, "taskset": "g",
                    "expires": "2030-01-02", "timelimit": [9, null], "callbacks": [{"task": "next"}]})",
        .properties = kProperties};
    const auto message =
        message_of(republished(old, {.retries = 1, .eta = "2030-01-01", .parent_id = "i"}));
    ASSERT_NE(find_field(message, message.headers, "task"), nullptr);
    const auto request = request_of(message);
    EXPECT_EQ(request.id, "i");
    EXPECT_EQ(request.args, Json::array({1}));
    EXPECT_EQ(request.argsrepr, "(1,)");
    EXPECT_EQ(request.kwargsrepr, "{'a': 2}");
    EXPECT_EQ(request.retries, 1);
    EXPECT_EQ(request.eta, "2030-01-01");
    EXPECT_EQ(request.expires, "2030-01-02");
    EXPECT_EQ(request.group, "g");
    EXPECT_EQ(request.root_id, "i");
    EXPECT_EQ(request.parent_id, "i");
    EXPECT_EQ(request.time_limit, Seconds(9));
    EXPECT_EQ(request.callbacks[0]["task"], "next");
    EXPECT_EQ(to_json_text(request.headers), R"({"tenant": "shop"})");
    EXPECT_EQ(request.delivery_info.priority, 3);
}

TEST(Republish, GivesTheRequestBackOfEveryGoldenMessage) {
    for (const auto& row : golden_rows("celery-5.6.3.jsonl")) {
        const auto& python = row.at("python");
        const auto message = message_of(text_of(row, "raw"));
        if (python.contains("error") || !message.compression.empty()) continue;
        auto before = request_of(message);
        auto after = request_of(message_of(republish(
            message,
            before,
            {.retries = 7, .eta = before.eta, .delivery_tag = "n", .parent_id = "p"}
        )));
        EXPECT_EQ(after.retries, 7);
        before.retries = 7;
        if (!before.parent_id) before.parent_id = "p";
        before.headers.erase("x-death");
        if (python.at("protocol") == 1) {
            before.root_id = before.id;
            before.has_argsrepr = true;
            before.argsrepr = after.argsrepr;
            before.kwargsrepr = after.kwargsrepr;
            before.origin = "";
        }
        // Through text: NaN is not equal to itself.
        EXPECT_EQ(to_json_text(before.args), to_json_text(after.args)) << text_of(row, "name");
        before.args = after.args = nullptr;
        EXPECT_EQ(before, after) << text_of(row, "name");
    }
}

TEST(MarkRedelivered, SaysSoInBothPlacesAndKeepsTheRest) {
    const auto raw = AnEnvelope{.headers = R"({"task": "t", "id":"i", "x": 1.50})"}.raw();
    EXPECT_EQ(
        mark_redelivered(raw),
        "{\"body\": \"" + base64_encode(kPlainBody) +
            R"(", "content-encoding": "utf-8", "content-type": "application/json", "headers": )"
            R"({"task": "t", "id": "i", "x": 1.50, "redelivered": true}, "properties": {"delivery_info": )"
            R"({"exchange": "", "routing_key": "celery", "redelivered": true}, "priority": 0, )"
            R"("body_encoding": "base64", "delivery_tag": "old-tag"}})"
    );
    EXPECT_EQ(mark_redelivered(mark_redelivered(raw)), mark_redelivered(raw));
}

TEST(MarkRedelivered, GivesBackWhatItCannotRead) {
    EXPECT_EQ(mark_redelivered("{\"body\": \xff"), "{\"body\": \xff");
    EXPECT_EQ(mark_redelivered("[1]"), "[1]");
}

}  // namespace
}  // namespace taskworker
