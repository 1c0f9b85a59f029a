#pragma once

#include <memory>
#include <string>

#include "site/settings.hpp"
#include "sms/sms_gateway.hpp"

namespace shop {

// Who we are at the vendor's: from the environment, SHOP_SMS_ID and SHOP_SMS_SECRET, or from the
// file app.sms_secret_file. Never in taskworker.toml, in a log or in an error.
struct SmsAccount {
    std::string id, secret;
};

// Prints what it would send: for development.
std::unique_ptr<SmsGateway> console_gateway();

// 容联云通讯, REST API 2013-12-26, TemplateSMS: https://doc.yuntongxun.com
std::unique_ptr<SmsGateway> cloopen_gateway(const ShopSettings& settings, SmsAccount account);

// Tencent Cloud SMS, SendSms of 2021-01-11: https://cloud.tencent.com/document/api/382/55981
std::unique_ptr<SmsGateway> tencent_gateway(const ShopSettings& settings, SmsAccount account);

}  // namespace shop
