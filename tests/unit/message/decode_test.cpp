#include "message/decode.hpp"

#include <gtest/gtest.h>

#include "unit/message/message_builders.hpp"

namespace taskworker {
namespace {

AnEnvelope with_header(const std::string& more) {
    return {.headers = R"({"task": "t", "id": "i", )" + more + "}"};
}

AnEnvelope with_property(const std::string& property) { return {.properties = property}; }

AnEnvelope protocol1(const std::string& body, const std::string& headers = "{}") {
    return {.headers = headers, .body = body};
}

TEST(Decode, ReadsTheLeastThatAProducerMaySend) {
    const auto request = request_of(message_of(
        R"({"body": "W1tdLCB7fSwgbnVsbF0=", "content-type": "application/json", "headers": {"task": "t", "id": "i"},
            "properties": {"body_encoding": "base64"}})"
    ));
    EXPECT_EQ(request.task, "t");
    EXPECT_EQ(request.id, "i");
    EXPECT_EQ(request.retries, 0);
    EXPECT_TRUE(request.has_argsrepr);
    EXPECT_EQ(request.argsrepr, "");
    EXPECT_EQ(request.args, Json::array());
    EXPECT_TRUE(request.callbacks.is_null());
}

TEST(Decode, ReadsNullAsAbsent) {
    const auto request = request_of(with_header(
        R"("shadow": null, "eta": null, "expires": null, "group": null, "group_index": null, "retries": null,
           "timelimit": null, "root_id": null, "parent_id": null, "argsrepr": null, "kwargsrepr": null,
           "origin": null, "ignore_result": null, "replaced_task_nesting": null, "stamped_headers": null,
           "stamps": null, "redelivered": null)"
    ));
    Request expected;
    expected.task = "t", expected.id = "i";
    expected.args = Json::array({1, 2});
    expected.delivery_info.routing_key = "celery";
    EXPECT_EQ(request, expected);
}

TEST(Decode, ReadsTimeLimitsHardFirst) {
    const auto request = request_of(with_header(R"("timelimit": [30, 20.5])"));
    EXPECT_EQ(request.time_limit, Seconds(30));
    EXPECT_EQ(request.soft_time_limit, Seconds(20.5));
    const auto zero = request_of(with_header(R"("timelimit": [0, null])"));
    EXPECT_EQ(zero.time_limit, std::nullopt);
    EXPECT_EQ(zero.soft_time_limit, std::nullopt);
    EXPECT_EQ(request_of(with_header(R"("timelimit": [])")).time_limit, std::nullopt);
    EXPECT_EQ(
        request_of(with_header(R"("timelimit": [1e300, Infinity])")).time_limit, Seconds(1e9)
    );
}

TEST(Decode, RefusesFieldsOfAWrongType) {
    EXPECT_EQ(
        refusal_of(AnEnvelope{.headers = R"({"task": 5, "id": "i"})"}), "task is not a text: 5"
    );
    EXPECT_EQ(
        refusal_of(AnEnvelope{.headers = R"({"task": null, "id": "i"})"}),
        "task is not a text: null"
    );
    EXPECT_EQ(refusal_of(AnEnvelope{.headers = R"({"task": "t"})"}), "no task id");
    EXPECT_EQ(
        refusal_of(AnEnvelope{.headers = R"({"task": "t", "id": null})"}), "id is not a text: null"
    );
    EXPECT_EQ(refusal_of(AnEnvelope{.headers = R"({"task": "", "id": "i"})"}), "no task name");
    const std::pair<const char*, const char*> cases[] = {
        {R"("shadow": 1)", "shadow is not a text: 1"},
        {R"("group": ["g"])", R"(group is not a text: ["g"])"},
        {R"("group_index": 1.0)", "group_index is not an integer: 1.0"},
        {R"("group_index": 99999999999)", "group_index is not an integer: 99999999999"},
        {R"("retries": "1")", "retries is not a count: '1'"},
        {R"("retries": -1)", "retries is not a count: -1"},
        {R"("retries": true)", "retries is not a count: true"},
        {R"("timelimit": [1])", "timelimit is not [hard, soft]: [1]"},
        {R"("timelimit": 30)", "timelimit is not [hard, soft]: 30"},
        {R"("timelimit": ["1", null])", R"(timelimit is not [hard, soft]: ["1", null])"},
        {R"("timelimit": [NaN, 1])", "timelimit is not [hard, soft]: [NaN, 1]"},
        {R"("timelimit": [-1, null])", "timelimit is not [hard, soft]: [-1, null]"},
        {R"("root_id": {})", "root_id is not a text: {}"},
        {R"("parent_id": false)", "parent_id is not a text: false"},
        {R"("argsrepr": 1)", "argsrepr is not a text: 1"},
        {R"("ignore_result": 1)", "ignore_result is not a bool: 1"},
        {R"("replaced_task_nesting": 1e3)", "replaced_task_nesting is not a count: 1e3"},
        {R"("stamped_headers": "a")", "stamped_headers is not a list of names: 'a'"},
        {R"("stamped_headers": [1])", "stamped_headers is not a list of names: [1]"},
        {R"("stamps": [])", "stamps is not an object: []"},
        {R"("redelivered": "yes")", "redelivered is not a bool: 'yes'"},
    };
    for (const auto& [header, why] : cases)
        EXPECT_EQ(refusal_of(with_header(header)), why) << header;
}

TEST(Decode, NamesTheTimeItCannotRead) {
    EXPECT_EQ(refusal_of(with_header(R"("eta": 5)")), "invalid ETA value 5");
    EXPECT_EQ(refusal_of(with_header(R"("eta": "")")), "invalid ETA value ''");
    EXPECT_EQ(refusal_of(with_header(R"("eta": "soon\n")")), R"(invalid ETA value 'soon\n')");
    EXPECT_EQ(
        refusal_of(with_header(R"("expires": "2024-13-01")")), "invalid expires value '2024-13-01'"
    );
    EXPECT_EQ(refusal_of(with_header(R"("expires": 1e9)")), "invalid expires value 1e9");
}

TEST(Decode, KeepsTheTextOfTimes) {
    const auto request = request_of(with_header(R"("eta": "2030-01-02T03:04:05+02:00")"));
    EXPECT_EQ(request.eta, "2030-01-02T03:04:05+02:00");
    EXPECT_EQ(unix_time(*request.eta_at), 1893546245.0);
}

TEST(Decode, RefusesPropertiesOfAWrongType) {
    EXPECT_EQ(
        refusal_of(with_property(R"("correlation_id": 5)")), "correlation_id is not a text: 5"
    );
    EXPECT_EQ(refusal_of(with_property(R"("reply_to": [])")), "reply_to is not a text: []");
    EXPECT_EQ(
        refusal_of(with_property(R"("delivery_info": "x")")), "delivery_info is not an object: 'x'"
    );
    EXPECT_EQ(
        refusal_of(with_property(R"("delivery_info": {"exchange": 1})")),
        "exchange is not a text: 1"
    );
    EXPECT_EQ(
        refusal_of(with_property(R"("delivery_info": {"redelivered": 1})")),
        "redelivered is not a bool: 1"
    );
    EXPECT_EQ(
        refusal_of(R"({"body": "[[], {}, {}]", "content-type": "application/json",
        "headers": {"task": "t", "id": "i"}, "properties": {"delivery_tag": 5}})"),
        "delivery_tag is not a text: 5"
    );
}

TEST(Decode, TakesPrioritiesAsKombuDoes) {
    const auto priority = [](const char* raw) {
        return request_of(with_property(std::string(R"("priority": )") + raw))
            .delivery_info.priority;
    };
    EXPECT_EQ(priority("7"), 7);
    EXPECT_EQ(priority("\"7\""), 7);
    EXPECT_EQ(priority("7.9"), 7);
    EXPECT_EQ(priority("true"), 1);
    EXPECT_EQ(priority("null"), 0);
    EXPECT_EQ(priority("\"high\""), 0);
    EXPECT_EQ(priority("[7]"), 0);
    EXPECT_EQ(priority("NaN"), 0);
}

TEST(Decode, SeesRedeliveryInEitherPlace) {
    EXPECT_FALSE(request_of(AnEnvelope{}).delivery_info.redelivered);
    EXPECT_TRUE(request_of(with_header(R"("redelivered": true)")).delivery_info.redelivered);
    const auto info =
        R"("delivery_info": {"exchange": "", "routing_key": "q", "redelivered": true})";
    EXPECT_TRUE(request_of(with_property(info)).delivery_info.redelivered);
}

TEST(Decode, GivesCustomHeadersToTheTask) {
    const auto request = request_of(with_header(
        R"("tenant": "shop", "meth": null, "lang": "py", "redelivered": true, "trace": [1.0])"
    ));
    EXPECT_EQ(to_json_text(request.headers), R"({"tenant": "shop", "trace": [1.0]})");
    EXPECT_EQ(
        to_json_text(request_of(with_header(R"("headers": {"a": 1}, "b": 2)")).headers),
        R"({"a": 1})"
    );
}

TEST(Decode, ReadsStamps) {
    const auto request =
        request_of(with_header(R"("stamped_headers": ["m"], "stamps": {"m": ["x"]})"));
    EXPECT_EQ(request.stamped_headers, Json::array({"m"}));
    EXPECT_EQ(to_json_text(request.stamps), R"({"m": ["x"]})");
}

TEST(Decode, RefusesBodiesThatAreNotThree) {
    const auto body = [](const char* text) { return refusal_of(AnEnvelope{.body = text}); };
    EXPECT_EQ(body("[[], {}]"), "the body is a list of 2, not of three");
    EXPECT_EQ(body("[[], {}, {}, {}]"), "the body is a list of 4, not of three");
    EXPECT_EQ(body("5"), "the body is neither a list of three nor an object");
    EXPECT_EQ(body(""), "the body is neither a list of three nor an object");
    EXPECT_EQ(body("[5, {}, {}]"), "the positional arguments are not a list");
    EXPECT_EQ(body("[[], null, {}]"), "the keyword arguments are not an object");
    EXPECT_EQ(body("[[], [], {}]"), "the keyword arguments are not an object");
    EXPECT_EQ(body("[[], {}, []]"), "the third part of the body is not an object");
    EXPECT_EQ(body(R"([[], {}, {"callbacks": {}}])"), "callbacks are not a list of signatures");
    EXPECT_EQ(body(R"([[], {}, {"errbacks": [1]}])"), "errbacks are not a list of signatures");
    EXPECT_EQ(body(R"([[], {}, {"chain": "x"}])"), "the chain is not a list of signatures");
    EXPECT_EQ(body(R"([[], {}, {"chord": []}])"), "the chord is not a signature");
    EXPECT_EQ(body("[[], {}"), "the body is not JSON: unexpected end at 7");
    EXPECT_EQ(body("[\"\xff\"]"), "the body is not JSON: not UTF-8");
    EXPECT_EQ(body(" [[], {}, null]"), "");
    EXPECT_EQ(body("[[], {}, {}]"), "");
}

TEST(Decode, RefusesContentThatIsNotAccepted) {
    const auto type = [](const char* name, const std::vector<std::string>& accept) {
        return refusal_of(AnEnvelope{.content_type = name}.raw(), accept);
    };
    EXPECT_EQ(
        type("\"application/x-python-serialize\"", {"json"}),
        "Refusing to deserialize untrusted content of type pickle (application/x-python-serialize)"
    );
    EXPECT_EQ(
        type("\"application/x-python-serialize\"", {"json", "pickle"}),
        "content of type pickle (application/x-python-serialize) is not supported"
    );
    EXPECT_EQ(
        type("\"application/json\"", {"yaml"}),
        "Refusing to deserialize untrusted content of type json (application/json)"
    );
    EXPECT_EQ(type("\"application/json\"", {"application/json"}), "");
    EXPECT_EQ(
        type("\"image/png\"", {"json"}),
        "Refusing to deserialize untrusted content of type 'image/png'"
    );
    EXPECT_EQ(type("null", {"json"}), "no content type");
}

TEST(Decode, ReadsTheBodyEncodingsOfKombu) {
    const auto body = [](const char* literal, const char* encoding) {
        return std::string(R"({"body": )") + literal + R"(, "content-type": "application/json",
            "headers": {"task": "t", "id": "i"}, "properties": {"body_encoding": )" +
               encoding + "}}";
    };
    EXPECT_EQ(
        request_of(message_of(body(R"("[[\"\u00e9\"], {}, null]")", "\"utf-8\""))).args,
        Json::array({"é"})
    );
    EXPECT_EQ(request_of(message_of(body(R"("[[1], {}, null]")", "null"))).args, Json::array({1}));
    // PHP and JavaScript write '/' as "\/".
    EXPECT_EQ(
        request_of(message_of(body(R"("W1siPz8\/Il0sIHt9LCBudWxsXQ==")", "\"base64\""))).args,
        Json::array({"??\?"})
    );
    EXPECT_EQ(refusal_of(body(R"("W1s")", "\"base64\"")), "the body is not base64");
    EXPECT_EQ(refusal_of(body(R"("W1s*")", "\"base64\"")), "the body is not base64");
    EXPECT_EQ(refusal_of(body(R"("W1tdLCB7fSwgbnVsbF0")", "\"base64\"")), "the body is not base64");
    EXPECT_EQ(refusal_of(body(R"("[]")", "\"rot13\"")), "body encoding 'rot13' is unknown");
}

TEST(Decode, ReadsProtocolOne) {
    const auto request = request_of(protocol1(
        R"({"task": "t", "id": "i", "args": [1], "kwargs": {"a": 2}, "retries": 1, "eta": "2030-01-02T03:04:05",
            "timelimit": [9, null], "taskset": "g", "group": "g", "utc": true,
            "callbacks": [{"task": "next"}], "chord": {"task": "body"}})"
    ));
    EXPECT_EQ(request.task, "t");
    EXPECT_EQ(request.args, Json::array({1}));
    EXPECT_EQ(to_json_text(request.kwargs), R"({"a": 2})");
    EXPECT_EQ(request.retries, 1);
    EXPECT_EQ(request.eta, "2030-01-02T03:04:05");
    EXPECT_EQ(request.time_limit, Seconds(9));
    EXPECT_EQ(request.group, "g");
    EXPECT_FALSE(request.has_argsrepr);
    EXPECT_EQ(request.callbacks[0]["task"], "next");
    EXPECT_EQ(request.chord["task"], "body");
}

TEST(Decode, OpensProtocolOneAtOnce) {
    const auto message = message_of(protocol1(R"({"task": "t", "id": "i", "args": [1]})").raw());
    const auto decoded = decode(message, kJsonOnly);
    EXPECT_EQ(std::get<Request>(decoded).args, Json::array({1}));
}

TEST(Decode, LetsVeryOldProducersLeaveOutWhatHasADefault) {
    const auto request = request_of(protocol1(R"({"task": "t", "id": "i", "taskset": "g"})"));
    EXPECT_EQ(request.args, Json::array());
    EXPECT_EQ(request.kwargs, Json::object());
    EXPECT_EQ(request.group, "g");
}

TEST(Decode, PutsMessageHeadersOverTheBodyOfHybrids) {
    const auto request = request_of(protocol1(
        R"({"task": "body", "id": "i", "args": [1], "kwargs": {}, "retries": 1})",
        R"({"task": "header", "retries": 2, "tenant": "shop"})"
    ));
    EXPECT_EQ(request.task, "header");
    EXPECT_EQ(request.id, "i");
    EXPECT_EQ(request.retries, 2);
    EXPECT_EQ(to_json_text(request.headers), R"({"tenant": "shop"})");
}

TEST(Decode, RefusesMalformedProtocolOne) {
    EXPECT_EQ(
        refusal_of(protocol1("[[], {}, {}]")), "no task: neither in the headers nor in the body"
    );
    EXPECT_EQ(refusal_of(protocol1(R"({"id": "i"})")), "no task name");
    EXPECT_EQ(refusal_of(protocol1(R"({"task": "t"})")), "no task id");
    EXPECT_EQ(
        refusal_of(protocol1(R"({"task": "t", "id": "i", "args": 1})")),
        "the positional arguments are not a list"
    );
    EXPECT_EQ(
        refusal_of(protocol1(R"({"task": "t", "id": "i", "kwargs": [1]})")),
        "the keyword arguments are not an object"
    );
    EXPECT_EQ(
        refusal_of(protocol1(R"({"task": "t", "id": "i", "eta": 5})")), "invalid ETA value 5"
    );
}

TEST(Decode, BoundsTheBody) {
    const auto message = message_of(AnEnvelope{.body = "[[[[[1]]]], {}, null]"}.raw());
    Request request;
    EXPECT_EQ(
        decode_body(message, request, {.depth = 3})->why, "the body is not JSON: depth over 3 at 4"
    );
    EXPECT_EQ(
        decode_body(message, request, {.body_bytes = 10})->why, "a body of more than 10 bytes"
    );
}

}  // namespace
}  // namespace taskworker
