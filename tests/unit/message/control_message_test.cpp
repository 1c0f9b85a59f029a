#include "message/control_message.hpp"

#include <gtest/gtest.h>

#include "message/name_match.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

const std::vector<std::string> kJson{"json"};

std::string envelope(
    const Json& body, const std::string& headers = R"({"clock": 7, "expires": 0})"
) {
    return encode_plain(
        {.body = to_json_text(body),
         .headers = headers,
         .exchange = "celery.pidbox",
         .routing_key = "",
         .delivery_tag = "t"}
    );
}

std::variant<ControlRequest, Malformed> read(const Json& body) {
    return read_control_request(envelope(body), kJson);
}

TEST(ControlRequest, SurvivesTheWire) {
    ControlRequest sent{
        .method = "revoke", .arguments = {{"task_id", "é"}}, .destination = {"a@h"}};
    sent.ticket = "ticket";
    sent.reply_to = {"reply.celery.pidbox", "oid"};
    sent.clock = 41;
    const auto come =
        read_control_request(encode_control_request(sent, "celery.pidbox", 0, "tag"), kJson);
    const auto& got = std::get<ControlRequest>(come);
    EXPECT_EQ(got.method, "revoke");
    EXPECT_EQ(got.arguments, sent.arguments);
    EXPECT_EQ(got.destination, sent.destination);
    EXPECT_EQ(got.reply_to, sent.reply_to);
    EXPECT_EQ(got.ticket, Json("ticket"));
    EXPECT_EQ(got.clock, 41u);
}

TEST(ControlRequest, WithoutArgumentsHasNone) {
    const auto come = read({{"method", "ping"}, {"arguments", nullptr}});
    EXPECT_EQ(std::get<ControlRequest>(come).arguments, Json::object());
}

TEST(ControlRequest, OfAnotherShapeIsMalformed) {
    for (const auto& body :
         {Json(3),
          Json::array({1}),
          Json::object(),
          Json{{"method", 3}},
          Json{{"method", "ping"}, {"arguments", Json::array({1})}},
          Json{{"method", "ping"}, {"reply_to", 7}}})
        EXPECT_TRUE(std::holds_alternative<Malformed>(read(body))) << to_json_text(body);
    EXPECT_TRUE(std::holds_alternative<Malformed>(read_control_request("\xff{", kJson)));
    EXPECT_TRUE(
        std::holds_alternative<Malformed>(read_control_request(envelope({{"method", "ping"}}), {}))
    );
}

TEST(ControlRequest, WithoutDestinationOrWithAnEmptyOneIsForEverybody) {
    for (const auto& destination : {Json(), Json::array()})
        EXPECT_TRUE(is_addressed_to(
            std::get<ControlRequest>(read({{"method", "ping"}, {"destination", destination}})),
            "w@h"
        ));
}

TEST(ControlRequest, NamesWorkersByTheirWholeName) {
    const auto come = read({{"method", "ping"}, {"destination", Json::array({"w1@h", 3})}});
    const auto& request = std::get<ControlRequest>(come);
    EXPECT_TRUE(is_addressed_to(request, "w1@h"));
    EXPECT_FALSE(is_addressed_to(request, "w1"));
    EXPECT_FALSE(is_addressed_to(request, "w1@hh"));
    // What is no name must not come to mean everybody.
    const auto odd = read({{"method", "ping"}, {"destination", Json::array({3})}});
    EXPECT_FALSE(is_addressed_to(std::get<ControlRequest>(odd), "w1@h"));
}

TEST(ControlRequest, TakesAMatcherNobodyKnowsAsNobody) {
    ControlRequest request{.method = "ping"};
    request.pattern = "*";
    request.matcher = "glob";
    EXPECT_TRUE(is_addressed_to(request, "w@h"));
    request.matcher = "levenshtein";
    EXPECT_FALSE(is_addressed_to(request, "w@h"));
}

TEST(ControlReply, CarriesTheTicketInItsHeaders) {
    ControlRequest request{.method = "ping"};
    request.ticket = "t-1";
    request.reply_to = {"reply.celery.pidbox", "oid"};
    const auto opened = open_plain(encode_control_reply(request, "w@h", "pong", 12, "tag"), kJson);
    const auto& reply = std::get<PlainMessage>(opened);
    EXPECT_EQ(reply.body, (Json{{"w@h", "pong"}}));
    EXPECT_EQ(reply.headers, (Json{{"ticket", "t-1"}, {"clock", 12}}));
}

TEST(NameMatch, FollowsPythonsFnmatch) {
    EXPECT_TRUE(glob_matches("w*@h", "w12@h"));
    EXPECT_TRUE(glob_matches("*", ""));
    EXPECT_TRUE(glob_matches("w?@[a-c]", "w1@b"));
    EXPECT_TRUE(glob_matches("[!x]*", "w"));
    EXPECT_FALSE(glob_matches("[!w]*", "w"));
    EXPECT_TRUE(glob_matches("[]]", "]"));
    EXPECT_TRUE(glob_matches("w[", "w["));
    EXPECT_FALSE(glob_matches("w", "w1"));
    EXPECT_TRUE(glob_matches("*a*b", "xxaxxb"));
}

TEST(NameMatch, AnchorsARegexAtTheStartOnly) {
    EXPECT_TRUE(regex_matches(R"(w\d+)", "w12@h"));
    EXPECT_FALSE(regex_matches("h$", "w12@h"));
    EXPECT_FALSE(regex_matches("(", "("));
}

TEST(NameMatch, DoesNotRunAwayWithAHostilePattern) {
    const std::string name(200, 'a');
    EXPECT_FALSE(regex_matches("(a*)*b", name));
    EXPECT_FALSE(glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
}

}  // namespace
}  // namespace taskworker
