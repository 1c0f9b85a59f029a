#include <array>
#include <chrono>
#include <ctime>
#include <unordered_set>

#include "sms/gateways.hpp"
#include "sms/http_client.hpp"
#include "sms/vendor.hpp"

namespace shop {
namespace {

constexpr const char* kUrl = "https://app.cloopen.com:8883";

// 20240102030405, in China's time, as the vendor's own clients send it.
std::string timestamp() {
    const auto china = std::chrono::system_clock::now() + std::chrono::hours(8);
    const std::time_t seconds = std::chrono::system_clock::to_time_t(china);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 16> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%d%H%M%S", &parts)};
}

// Too many messages for this moment, or trouble of their own.
bool may_work_later(const std::string& code) {
    static const std::unordered_set<std::string> codes = {
        "160038", "160039", "172001", "172004", "172007", "172012"};
    return codes.contains(code);
}

class CloopenGateway final : public SmsGateway {
public:
    CloopenGateway(const ShopSettings& settings, SmsAccount account)
        : account_(std::move(account)),
          app_id_(settings.sms_app_id),
          url_((settings.sms_url.empty() ? kUrl : settings.sms_url) + "/2013-12-26/Accounts/"),
          http_({.total_ms = settings.sms_timeout * 1000L}) {}

    std::string send(const SmsMessage& message) override {
        const std::string now = timestamp();
        const tw::Json body = {
            {"to", message.mobile},
            {"appId", app_id_},
            {"templateId", message.template_id},
            {"datas", {message.code, message.minutes}}};
        const auto response = http_.post(
            url_ + account_.id +
                "/SMS/TemplateSMS?sig=" + md5_hex_upper(account_.id + account_.secret + now),
            {"Accept: application/json",
             "Content-Type: application/json;charset=utf-8",
             "Authorization: " + base64(account_.id + ":" + now)},
            body.dump()
        );
        return receipt_in(document_of(response));
    }

private:
    static std::string receipt_in(const tw::Json& answer) {
        const std::string code = text_at(answer, {"statusCode"});
        if (code == "000000") return text_at(answer, {"templateSMS", "smsMessageSid"});
        const std::string why = "cloopen " + code + ": " + text_at(answer, {"statusMsg"});
        if (may_work_later(code) || code.empty()) throw GatewayBusy(why);
        throw GatewayRefused(why);
    }

    const SmsAccount account_;
    const std::string app_id_, url_;
    HttpClient http_;
};

}  // namespace

std::unique_ptr<SmsGateway> cloopen_gateway(const ShopSettings& settings, SmsAccount account) {
    return std::make_unique<CloopenGateway>(settings, std::move(account));
}

}  // namespace shop
