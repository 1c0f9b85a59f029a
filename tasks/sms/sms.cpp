#include "sms/sms.hpp"

#include <algorithm>

#include "site/settings.hpp"
#include "sms/sent_codes.hpp"
#include "sms/sms_gateway.hpp"

namespace shop {
namespace {

// ^1[3-9]\d{9}$
bool is_mobile_number(const std::string& text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == 11 && text[0] == '1' && text[1] >= '3' &&
           std::ranges::all_of(text, is_digit);
}

std::string text_of(const tw::Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

SmsMessage message_of(tw::Context& ctx, const std::string& mobile, const std::string& code) {
    const ShopSettings settings = shop_settings(ctx.settings());
    return {
        .task_id = ctx.id(),
        .mobile = mobile,
        .code = code,
        .minutes = std::to_string(settings.sms_code_life / 60),
        .template_id = settings.sms_template};
}

// What was not sent must not keep the number waiting for its next code.
std::string send_or_forget(SmsGateway& gateway, SentCodes& sent, const SmsMessage& message) {
    try {
        return gateway.send(message);
    } catch (...) {
        sent.forget(message);
        throw;
    }
}

// The one way to send. A message that was sent already is not sent again: sending costs money.
std::string deliver(tw::Context& ctx, const SmsMessage& message) {
    if (!is_mobile_number(message.mobile))
        throw tw::TaskError("ValueError", "not a mobile number: '" + message.mobile + "'");
    auto& gateway = ctx.resource<SmsGateway>();
    auto& sent = ctx.resource<SentCodes>();
    if (const auto receipt = sent.begin(message)) {
        ctx.log().info("sent before to " + message.mobile + ", receipt: " + *receipt);
        return *receipt;
    }
    const std::string receipt = send_or_forget(gateway, sent, message);
    ctx.log().info("code sent to " + message.mobile + ", receipt: " + receipt);
    try {
        sent.remember(message, receipt);
    } catch (const RedisError& error) {
        ctx.log().warning(std::string("sent, but not remembered: ") + error.what());
    }
    return receipt;
}

// Another try may succeed.
bool is_passing(const tw::TaskError& error) {
    return dynamic_cast<const GatewayBusy*>(&error) != nullptr ||
           dynamic_cast<const RedisError*>(&error) != nullptr;
}

}  // namespace

std::string send_sms_impl(tw::Context& ctx, const std::string& mobile, const std::string& code) {
    return deliver(ctx, message_of(ctx, mobile, code));
}

int ccp_send_sms_code_impl(tw::Context& ctx, const std::string& mobile, const std::string& code) {
    deliver(ctx, message_of(ctx, mobile, code));
    return 0;
}

std::string send_sms_task_impl(
    tw::Context& ctx, const std::string& mobile, const std::string& code
) {
    try {
        deliver(ctx, message_of(ctx, mobile, code));
        return mobile + "的短信发送成功";
    } catch (const tw::TaskError& error) {
        if (is_passing(error) && ctx.retries() < kSmsRetries) throw;
        ctx.log().warning(error.what());
        return mobile + "的短信发送失败";
    }
}

int send_template_sms_impl(
    tw::Context& ctx,
    const std::string& to,
    const std::vector<tw::Json>& datas,
    const std::optional<tw::Json>& temp_id
) {
    if (datas.empty()) throw tw::TaskError("ValueError", "datas: expected [code, minutes]");
    try {
        SmsMessage message = message_of(ctx, to, text_of(datas[0]));
        if (datas.size() > 1) message.minutes = text_of(datas[1]);
        if (temp_id) message.template_id = text_of(*temp_id);
        deliver(ctx, message);
        return 0;
    } catch (const tw::TaskError& error) {
        ctx.log().warning(error.what());
        return is_passing(error) ? -2 : -1;
    }
}

}  // namespace shop
