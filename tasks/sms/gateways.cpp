#include "sms/gateways.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>

namespace shop {
namespace {

SmsAccount account_of(const ShopSettings& settings) {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    SmsAccount account{variable("SHOP_SMS_ID"), variable("SHOP_SMS_SECRET")};
    if (!settings.sms_secret_file.empty()) {
        std::ifstream file(settings.sms_secret_file);
        std::getline(file, account.id) && std::getline(file, account.secret);
    }
    if (account.id.empty() || account.secret.empty()) {
        throw tw::ConfigError(
            "app.sms_gateway: '" + settings.sms_gateway +
            "' needs SHOP_SMS_ID and SHOP_SMS_SECRET in the environment, or app.sms_secret_file"
        );
    }
    return account;
}

class ConsoleGateway final : public SmsGateway {
public:
    std::string send(const SmsMessage& message) override {
        std::cout << "SMS to " + message.mobile + ": your code is " + message.code + "\n"
                  << std::flush;
        return "printed for " + message.mobile;
    }
};

}  // namespace

std::unique_ptr<SmsGateway> console_gateway() { return std::make_unique<ConsoleGateway>(); }

std::unique_ptr<SmsGateway> make_gateway(const tw::Settings& settings) {
    const ShopSettings shop = shop_settings(settings);
    if (shop.sms_gateway == "console") return console_gateway();
    if (shop.sms_gateway == "cloopen") return cloopen_gateway(shop, account_of(shop));
    if (shop.sms_gateway == "tencent") return tencent_gateway(shop, account_of(shop));
    throw tw::ConfigError(
        "app.sms_gateway: '" + shop.sms_gateway + "' is not one of: console, cloopen, tencent"
    );
}

}  // namespace shop
