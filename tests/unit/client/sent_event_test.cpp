#include "client/sent_event.hpp"

#include <gtest/gtest.h>

#include "message/plain_message.hpp"

namespace taskworker {
namespace {

TEST(SentEvent, SaysWhatCelerysSays) {
    Publication message;
    message.task = "shop.add";
    message.id = "id";
    message.root_id = "root";
    message.args = Json::array({2, "x"});
    message.routing_key = "sms";
    message.retries = 1;
    const auto sent =
        sent_event(message, {{"gen1@host", 0, 1}, 7, from_unix(1.5), "celeryev", "tag"});
    EXPECT_EQ(sent.exchange, "celeryev");
    EXPECT_EQ(sent.key, "task.sent");
    const std::vector<std::string> accept{"json"};
    const auto opened = open_plain(sent.envelope, accept);
    const auto* plain = std::get_if<PlainMessage>(&opened);
    ASSERT_TRUE(plain);
    const auto& body = plain->body;
    EXPECT_EQ(body.at("type"), "task-sent");
    EXPECT_EQ(body.at("uuid"), "id");
    EXPECT_EQ(body.at("root_id"), "root");
    EXPECT_TRUE(body.at("parent_id").is_null());
    EXPECT_EQ(body.at("name"), "shop.add");
    EXPECT_EQ(body.at("args"), "(2, 'x')");
    EXPECT_EQ(body.at("kwargs"), "{}");
    EXPECT_EQ(body.at("retries"), 1);
    EXPECT_EQ(body.at("queue"), "sms");
    EXPECT_EQ(body.at("routing_key"), "sms");
    EXPECT_EQ(body.at("exchange"), "");
    EXPECT_EQ(body.at("hostname"), "gen1@host");
    EXPECT_EQ(body.at("clock"), 7);
    EXPECT_EQ(body.at("timestamp"), 1.5);
}

}  // namespace
}  // namespace taskworker
