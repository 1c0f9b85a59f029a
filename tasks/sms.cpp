#include "sms.hpp"

#include <algorithm>

#include "sms_gateway.hpp"

namespace shop {
namespace {

// ^1[3-9]\d{9}$
bool is_mobile_number(const std::string& text) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == 11 && text[0] == '1' && text[1] >= '3' &&
           std::ranges::all_of(text, is_digit);
}

}  // namespace

std::string send_sms_impl(tw::Context& ctx, const std::string& mobile, const std::string& code) {
    if (!is_mobile_number(mobile))
        throw tw::TaskError("ValueError", "not a mobile number: '" + mobile + "'");
    const std::string receipt = ctx.resource<SmsGateway>().send(mobile, code);
    ctx.log().info("code sent to " + mobile + ", receipt: " + receipt);
    return receipt;
}

}  // namespace shop
