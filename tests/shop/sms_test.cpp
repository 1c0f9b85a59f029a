#include "sms/sms.hpp"

#include "shop_fixture.hpp"

namespace shop {
namespace {

using Sms = ShopTest;

TEST_F(Sms, AnswersWithTheReceiptOfTheGateway) {
    send = [](const SmsMessage& message) {
        return message.mobile + "/" + message.code + "/" + message.minutes;
    };
    EXPECT_EQ(value(run(send_sms, "13800138000", "1234")), "13800138000/1234/5");
}

TEST_F(Sms, ANumberThatIsNoneFailsAsValueErrorAndIsNotSent) {
    send = [](const SmsMessage& message) -> std::string {
        ADD_FAILURE() << "sent to " << message.mobile;
        return {};
    };
    for (const char* mobile :
         {"",
          "1380013800",
          "138001380000",
          "23800138000",
          "12800138000",
          "1380013800x",
          "13800138000\n",
          "+8613800138000",
          "١٣٨٠٠١"}) {
        const auto outcome = run(send_sms, mobile, "1234");
        ASSERT_TRUE(std::holds_alternative<tw::Failure>(outcome)) << mobile;
        const auto& failure = std::get<tw::Failure>(outcome);
        EXPECT_EQ(failure.type, "ValueError");
        EXPECT_EQ(failure.module, "builtins");
        EXPECT_EQ(
            failure.args, tw::Json::array({"not a mobile number: '" + std::string(mobile) + "'"})
        );
    }
}

TEST_F(Sms, ABusyGatewayIsAskedAgainAfterThreeSixAndTwelveSeconds) {
    send = [](const SmsMessage&) -> std::string { throw GatewayBusy("busy"); };
    auto request = tw::testing::request(send_sms, "13800138000", "1234");
    for (const int seconds : {3, 6, 12}) {
        const auto outcome = run(request);
        ASSERT_TRUE(std::holds_alternative<tw::RetryLater>(outcome)) << request.retries;
        EXPECT_EQ(std::get<tw::RetryLater>(outcome).countdown, tw::Seconds(seconds));
        ++request.retries;
    }
    const auto outcome = run(request);
    ASSERT_TRUE(std::holds_alternative<tw::Failure>(outcome));
    EXPECT_EQ(std::get<tw::Failure>(outcome).type, "GatewayBusy");
    EXPECT_EQ(std::get<tw::Failure>(outcome).args, tw::Json::array({"busy"}));
}

TEST_F(Sms, AnErrorThatIsNotTheGatewaysIsNotRetried) {
    send = [](const SmsMessage&) -> std::string { throw std::logic_error("a bug"); };
    EXPECT_TRUE(std::holds_alternative<tw::Failure>(run(send_sms, "13800138000", "1234")));
}

TEST_F(Sms, ARefusedMessageFailsAtOnceWithTheGatewaysWords) {
    send = [](const SmsMessage&) -> std::string { throw GatewayRefused("no such template"); };
    for (const auto& outcome :
         {run(send_sms, "13800138000", "1234"), run(ccp_send_sms_code, "13800138000", "1234")}) {
        ASSERT_TRUE(std::holds_alternative<tw::Failure>(outcome));
        EXPECT_EQ(std::get<tw::Failure>(outcome).type, "GatewayRefused");
    }
}

TEST_F(Sms, WhatWasSentIsNotSentAgainButAnsweredByItsReceipt) {
    int sent = 0;
    send = [&](const SmsMessage&) { return "receipt " + std::to_string(++sent); };
    EXPECT_EQ(value(run(send_sms, "13800138000", "1234")), "receipt 1");
    EXPECT_EQ(value(run(send_sms, "13800138000", "1234")), "receipt 1");
    EXPECT_EQ(sent, 1);
}

TEST_F(Sms, TheTutorialsTaskAnswersInItsOwnWords) {
    EXPECT_EQ(value(run(send_sms_task, "13800138000", "1234")), "13800138000的短信发送成功");
    EXPECT_EQ(value(run(send_sms_task, "12345", "1234")), "12345的短信发送失败");
    receipts.clear();
    send = [](const SmsMessage&) -> std::string { throw GatewayBusy("away"); };
    auto request = tw::testing::request(send_sms_task, "13800138000", "1234");
    EXPECT_TRUE(std::holds_alternative<tw::RetryLater>(run(request)));
    request.retries = 3;
    EXPECT_EQ(value(run(request)), "13800138000的短信发送失败");
}

TEST_F(Sms, TheTemplateTaskAnswersZeroMinusOneOrMinusTwo) {
    SmsMessage got;
    send = [&](const SmsMessage& message) { return got = message, "receipt"; };
    const std::vector<tw::Json> datas = {"1234", 7};
    EXPECT_EQ(value(run(send_template_sms, "13800138000", datas, tw::Json(26))), 0);
    EXPECT_EQ(got.code + "/" + got.minutes + "/" + got.template_id, "1234/7/26");
    receipts.clear();
    EXPECT_EQ(value(run(send_template_sms, "13800138000", datas)), 0);
    EXPECT_EQ(got.template_id, "1");
    receipts.clear();
    send = [](const SmsMessage&) -> std::string { throw GatewayRefused("no"); };
    EXPECT_EQ(value(run(send_template_sms, "13800138000", datas)), -1);
    send = [](const SmsMessage&) -> std::string { throw GatewayBusy("away"); };
    EXPECT_EQ(value(run(send_template_sms, "13800138000", datas)), -2);
}

TEST_F(Sms, TheConsoleGatewayPrintsTheMessage) {
    const auto gateway = make_gateway(settings);
    testing::internal::CaptureStdout();
    const auto receipt = gateway->send({.mobile = "13800138000", .code = "1234"});
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "SMS to 13800138000: your code is 1234\n");
    EXPECT_EQ(receipt, "printed for 13800138000");
}

}  // namespace
}  // namespace shop
