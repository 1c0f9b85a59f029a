#include "sms_gateway.hpp"

#include <iostream>

#include "shop_settings.hpp"

namespace shop {

std::string ConsoleGateway::send(const std::string& mobile, const std::string& code) {
    std::cout << "SMS to " + mobile + ": your code is " + code + "\n" << std::flush;
    return "printed for " + mobile;
}

std::unique_ptr<SmsGateway> make_gateway(const tw::Settings& settings) {
    const std::string name = shop_settings(settings).sms_gateway;
    if (name == "console") return std::make_unique<ConsoleGateway>();
    throw tw::ConfigError("app.sms_gateway: '" + name + "' is not one of: console");
}

}  // namespace shop
