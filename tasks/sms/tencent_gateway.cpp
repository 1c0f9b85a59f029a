#include <array>
#include <chrono>
#include <ctime>

#include "sms/gateways.hpp"
#include "sms/http_client.hpp"
#include "sms/vendor.hpp"

namespace shop {
namespace {

constexpr const char* kUrl = "https://sms.tencentcloudapi.com";
constexpr const char* kContentType = "application/json; charset=utf-8";

std::string utc_date(std::time_t now) {
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 16> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts)};
}

// TC3-HMAC-SHA256: https://cloud.tencent.com/document/api/382/52072
std::string authorization(
    const SmsAccount& account, const std::string& host, std::time_t now, const std::string& body
) {
    const std::string canonical = std::string("POST\n/\n\ncontent-type:") + kContentType +
                                  "\nhost:" + host + "\n\ncontent-type;host\n" + sha256_hex(body);
    const std::string date = utc_date(now);
    const std::string scope = date + "/sms/tc3_request";
    const std::string to_sign =
        "TC3-HMAC-SHA256\n" + std::to_string(now) + "\n" + scope + "\n" + sha256_hex(canonical);
    std::string key = "TC3" + account.secret;
    for (const std::string& part : {date, std::string("sms"), std::string("tc3_request")}) {
        key = hmac_sha256(key, part);
    }
    return "TC3-HMAC-SHA256 Credential=" + account.id + "/" + scope +
           ", SignedHeaders=content-type;host, Signature=" + hex(hmac_sha256(key, to_sign));
}

// Too many messages for this moment, or trouble of their own. A day's limit is no moment.
bool may_work_later(const std::string& code) {
    return code.starts_with("InternalError") || code.starts_with("RequestLimitExceeded") ||
           (code.starts_with("LimitExceeded") && code.find("Daily") == std::string::npos);
}

class TencentGateway final : public SmsGateway {
public:
    TencentGateway(const ShopSettings& settings, SmsAccount account)
        : account_(std::move(account)),
          settings_(settings),
          url_(settings.sms_url.empty() ? kUrl : settings.sms_url),
          host_(url_.substr(url_.find("://") + 3)),
          http_({.total_ms = settings.sms_timeout * 1000L}) {}

    std::string send(const SmsMessage& message) override {
        const std::time_t now =
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        const std::string body = body_of(message).dump();
        const auto response = http_.post(
            url_,
            {std::string("Content-Type: ") + kContentType,
             "X-TC-Action: SendSms",
             "X-TC-Version: 2021-01-11",
             "X-TC-Region: " + settings_.sms_region,
             "X-TC-Timestamp: " + std::to_string(now),
             "Authorization: " + authorization(account_, host_, now, body)},
            body
        );
        return receipt_in(document_of(response));
    }

private:
    tw::Json body_of(const SmsMessage& message) const {
        return {
            {"PhoneNumberSet", tw::Json::array({"+86" + message.mobile})},
            {"SmsSdkAppId", settings_.sms_app_id},
            {"SignName", settings_.sms_sign},
            {"TemplateId", message.template_id},
            {"TemplateParamSet", tw::Json::array({message.code, message.minutes})},
            {"SessionContext", message.task_id}};
    }

    // The call may fail as a whole or for the one number that it names.
    static std::string receipt_in(const tw::Json& answer) {
        std::string code = text_at(answer, {"Response", "Error", "Code"});
        std::string text = text_at(answer, {"Response", "Error", "Message"});
        const auto statuses = tw::Json::json_pointer("/Response/SendStatusSet/0");
        if (code.empty() && answer.contains(statuses)) {
            const tw::Json& status = answer[statuses];
            code = text_at(status, {"Code"});
            text = text_at(status, {"Message"});
            if (code == "Ok") return text_at(status, {"SerialNo"});
        }
        const std::string why = "tencent " + code + ": " + text;
        if (may_work_later(code) || code.empty()) throw GatewayBusy(why);
        throw GatewayRefused(why);
    }

    const SmsAccount account_;
    const ShopSettings settings_;
    const std::string url_, host_;
    HttpClient http_;
};

}  // namespace

std::unique_ptr<SmsGateway> tencent_gateway(const ShopSettings& settings, SmsAccount account) {
    return std::make_unique<TencentGateway>(settings, std::move(account));
}

}  // namespace shop
