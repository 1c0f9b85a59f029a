#pragma once

#include <memory>
#include <string>

#include "taskworker/taskworker.hpp"

namespace shop {

inline constexpr int kSmsRetries = 3;

// The gateway did not take the message now; it may take it later.
class GatewayBusy : public tw::TaskError {
public:
    explicit GatewayBusy(const std::string& why) : tw::TaskError("GatewayBusy", why, "shop") {}
};

// The message will never be taken: a wrong number, template, signature, account …
class GatewayRefused : public tw::TaskError {
public:
    explicit GatewayRefused(const std::string& why)
        : tw::TaskError("GatewayRefused", why, "shop") {}
};

struct SmsMessage {
    std::string task_id;
    std::string mobile, code, minutes;  // minutes: how long the code lives
    std::string template_id;
};

// Whoever carries our messages. Called from several threads at once.
class SmsGateway {
public:
    virtual ~SmsGateway() = default;
    // Returns the gateway's receipt. Throws GatewayBusy or GatewayRefused.
    virtual std::string send(const SmsMessage& message) = 0;
};

// The one that app.sms_gateway names.
std::unique_ptr<SmsGateway> make_gateway(const tw::Settings& settings);

}  // namespace shop
