#pragma once

#include <memory>
#include <optional>
#include <string>

#include "site/redis.hpp"
#include "site/settings.hpp"
#include "sms/sms_gateway.hpp"

namespace shop {

// A code was sent to this number a moment ago.
class TooManyCodes final : public GatewayRefused {
public:
    using GatewayRefused::GatewayRefused;
};

// What was sent lately. Called from several threads at once.
class SentCodes {
public:
    virtual ~SentCodes() = default;
    // Before sending. The receipt, if this task, or another one with the same code for this number,
    // has sent it already. Throws TooManyCodes when this number has to wait for its next code, and
    // GatewayBusy while the same code is on its way.
    virtual std::optional<std::string> begin(const SmsMessage& message) = 0;
    virtual void remember(const SmsMessage& message, const std::string& receipt) = 0;
    virtual void forget(const SmsMessage& message) = 0;  // it was not sent
};

// In Redis, beside the two keys that the site's own views write and read: the code, and the flag
// that keeps a number from getting the next one.
std::unique_ptr<SentCodes> redis_sent_codes(const tw::Settings& settings);

}  // namespace shop
