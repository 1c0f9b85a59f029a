#pragma once

#include <optional>
#include <span>
#include <string>

#include "broker/broker.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// How a client goes on when the broker is away (task_publish_retry, task_publish_retry_policy;
// kombu's defaults). A value.
struct PublishRetry {
    std::optional<int> max_retries = 3;  // none: for ever
    Seconds start{0}, step{0.2}, most{1};

    bool again(int failures) const { return !max_retries || failures <= *max_retries; }
    Seconds pause(int failures) const;  // after the first failure: 1
};

// The settings have passed check_publish_retry_policy().
PublishRetry publish_retry(const Settings& settings);

// Publishes, again and again as `retry` says; throws BrokerError when it says no more.
void publish(Broker& broker, std::span<const Outgoing> messages, const PublishRetry& retry);

// The rule that the setting breaks.
std::optional<std::string> check_publish_retry_policy(const Json& policy);

}  // namespace taskworker
