#include "client/publish_retry.hpp"

#include <algorithm>
#include <thread>

#include "broker/broker_errors.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr double kLongest = 86'400;  // seconds between two tries

bool is_seconds(const Json& value) {
    return value.is_number() && value.get<double>() >= 0 && value.get<double>() <= kLongest;
}

void take_seconds(const Json& policy, const char* name, Seconds& to) {
    const auto found = policy.find(name);
    if (found != policy.end() && is_seconds(*found)) to = Seconds(found->get<double>());
}

}  // namespace

// kombu/utils/functional.py: fxrange(start, most + start, step), its last value for ever.
Seconds PublishRetry::pause(int failures) const {
    const auto steps = static_cast<double>(std::max(0, failures - 1));
    return std::min(start + step * steps, most + start);
}

PublishRetry publish_retry(const Settings& settings) {
    PublishRetry retry;
    const auto& policy = settings.task_publish_retry_policy;
    if (policy.is_object()) {
        take_seconds(policy, "interval_start", retry.start);
        take_seconds(policy, "interval_step", retry.step);
        take_seconds(policy, "interval_max", retry.most);
        const auto most = policy.find("max_retries");
        if (most != policy.end() && most->is_null()) retry.max_retries.reset();
        if (most != policy.end() && most->is_number_integer())
            retry.max_retries =
                static_cast<int>(std::clamp<std::int64_t>(most->get<std::int64_t>(), 0, 1'000'000));
    }
    if (!settings.task_publish_retry) retry.max_retries = 0;
    return retry;
}

void publish(Broker& broker, std::span<const Outgoing> messages, const PublishRetry& retry) {
    for (int failures = 0;;) {
        try {
            return broker.publish(messages);
        } catch (const PartlyPublished&) {
            throw;
        } catch (const BrokerError&) {
            if (!retry.again(++failures)) throw;
        }
        std::this_thread::sleep_for(retry.pause(failures));
    }
}

std::optional<std::string> check_publish_retry_policy(const Json& policy) {
    if (policy.is_null()) return std::nullopt;
    if (!policy.is_object()) return "must be an object like {\"max_retries\": 3}";
    for (const auto& [name, value] : policy.items()) {
        const bool interval =
            name == "interval_start" || name == "interval_step" || name == "interval_max";
        if (interval && !is_seconds(value))
            return name + ": must be a number of seconds from 0 to " +
                   std::to_string(static_cast<int>(kLongest));
        if (name == "max_retries" && !value.is_null() &&
            !(value.is_number_integer() && value.get<double>() >= 0))
            return name + ": must be a whole number of at least 0, or null for no limit";
        const bool known = interval || name == "max_retries" || name == "retry_errors";
        if (!known)
            return name + ": is none of max_retries, interval_start, interval_step, interval_max";
    }
    return std::nullopt;
}

}  // namespace taskworker
