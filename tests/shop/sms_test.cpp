#include "sms.hpp"

#include "shop_fixture.hpp"

namespace shop {
namespace {

using Sms = ShopTest;

TEST_F(Sms, AnswersWithTheReceiptOfTheGateway) {
    send = [](const std::string& mobile, const std::string& code) { return mobile + "/" + code; };
    EXPECT_EQ(value(run(send_sms, "13800138000", "1234")), "13800138000/1234");
}

TEST_F(Sms, ANumberThatIsNoneFailsAsValueErrorAndIsNotSent) {
    send = [](const std::string& mobile, const std::string&) -> std::string {
        ADD_FAILURE() << "sent to " << mobile;
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
    send = [](const std::string&, const std::string&) -> std::string {
        throw GatewayError("busy");
    };
    auto request = tw::testing::request(send_sms, "13800138000", "1234");
    for (const int seconds : {3, 6, 12}) {
        const auto outcome = run(request);
        ASSERT_TRUE(std::holds_alternative<tw::RetryLater>(outcome)) << request.retries;
        EXPECT_EQ(std::get<tw::RetryLater>(outcome).countdown, tw::Seconds(seconds));
        ++request.retries;
    }
    const auto outcome = run(request);
    ASSERT_TRUE(std::holds_alternative<tw::Failure>(outcome));
    EXPECT_EQ(std::get<tw::Failure>(outcome).type, "GatewayError");
    EXPECT_EQ(std::get<tw::Failure>(outcome).args, tw::Json::array({"busy"}));
}

TEST_F(Sms, AnErrorThatIsNotTheGatewaysIsNotRetried) {
    send = [](const std::string&, const std::string&) -> std::string {
        throw std::logic_error("a bug");
    };
    EXPECT_TRUE(std::holds_alternative<tw::Failure>(run(send_sms, "13800138000", "1234")));
}

TEST_F(Sms, TheConsoleGatewayPrintsTheMessage) {
    const auto gateway = make_gateway(settings);
    testing::internal::CaptureStdout();
    const auto receipt = gateway->send("13800138000", "1234");
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "SMS to 13800138000: your code is 1234\n");
    EXPECT_EQ(receipt, "printed for 13800138000");
}

}  // namespace
}  // namespace shop
