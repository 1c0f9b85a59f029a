#pragma once

#include <memory>
#include <string>

#include "taskworker/taskworker.hpp"

namespace shop {

// The gateway did not take the message now; it may take it later.
class GatewayError : public tw::TaskError {
public:
    explicit GatewayError(const std::string& why) : tw::TaskError("GatewayError", why, "shop") {}
};

// Whoever carries our messages. Called from several threads at once.
class SmsGateway {
public:
    virtual ~SmsGateway() = default;
    // Returns the gateway's receipt. Throws GatewayError.
    virtual std::string send(const std::string& mobile, const std::string& code) = 0;
};

// Prints what it would send: for development.
class ConsoleGateway final : public SmsGateway {
public:
    std::string send(const std::string& mobile, const std::string& code) override;
};

std::unique_ptr<SmsGateway> make_gateway(const tw::Settings& settings);

}  // namespace shop
