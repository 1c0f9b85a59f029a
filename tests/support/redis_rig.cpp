#include "support/redis_rig.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace taskworker::testing {

RedisRig::RedisRig(RedisServer& server) : server_(server) {
    settings.broker_url = server.unix_url();
    settings.result_backend = server.unix_url();
    settings.worker_concurrency = 2;
    raw_ = std::make_unique<redis::Connection>(redis::ConnectionOptions{
        .url = parse_redis_url(server.unix_url()), .name = {}});
}

Lifetimes RedisRig::quick() {
    return {
        .beat = Seconds(0.02),
        .suspect = Seconds(0.06),
        .dead = Seconds(0.1),
        .forgotten = Seconds(0.3)};
}

std::unique_ptr<RedisTransport> RedisRig::worker(const std::string& id, Lifetimes lifetimes) {
    return std::make_unique<RedisTransport>(redis_settings(settings, "w@host", id), lifetimes);
}

std::size_t RedisRig::length(const std::string& list) {
    return static_cast<std::size_t>(raw().call("LLEN", list).integer);
}

std::vector<std::string> RedisRig::list(const std::string& key) {
    std::vector<std::string> result;
    for (auto& item : raw().call("LRANGE", key, 0, -1).items)
        result.push_back(std::move(item.text));
    return result;
}

std::vector<std::string> RedisRig::keys(const std::string& pattern) {
    std::vector<std::string> result;
    for (auto& item : raw().call("KEYS", pattern).items) result.push_back(std::move(item.text));
    std::sort(result.begin(), result.end());
    return result;
}

std::string message(const std::string& id, const std::string& task, int priority) {
    return fmt::format(
        R"j({{"body": "W1tdLCB7fSwgeyJjYWxsYmFja3MiOiBudWxsLCAiZXJyYmFja3MiOiBudWxsLCAiY2hhaW4iOiBudWxsLCAiY2hvcmQiOiBudWxsfV0=", )j"
        R"j("content-encoding": "utf-8", "content-type": "application/json", )j"
        R"j("headers": {{"lang": "py", "task": "{1}", "id": "{0}", "eta": null, "expires": null, "retries": 0, )j"
        R"j("timelimit": [null, null], "root_id": "{0}", "parent_id": null, "argsrepr": "()", "kwargsrepr": "{{}}", )j"
        R"j("origin": "gen1@host"}}, "properties": {{"correlation_id": "{0}", "reply_to": "", "delivery_mode": 2, )j"
        R"j("delivery_info": {{"exchange": "", "routing_key": "celery"}}, "priority": {2}, )j"
        R"j("body_encoding": "base64", "delivery_tag": "tag-{0}"}}}})j",
        id,
        task,
        priority
    );
}

SteadyPoint soon(int milliseconds) {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
}

std::vector<Delivery> deliveries(std::vector<Fetched> fetched) {
    std::vector<Delivery> result;
    for (auto& item : fetched) {
        if (auto* delivery = std::get_if<std::shared_ptr<const Delivery>>(&item)) {
            result.push_back(**delivery);
        } else {
            ADD_FAILURE() << "discarded: " << std::get<DiscardedMessage>(item).why;
        }
    }
    return result;
}

std::vector<std::string> ids(const std::vector<Delivery>& deliveries) {
    std::vector<std::string> result;
    for (const auto& delivery : deliveries) result.push_back(delivery.request.id);
    return result;
}

std::vector<Delivery> fetch_all(Broker& broker, std::size_t room) {
    std::vector<Delivery> result;
    for (;;) {
        auto more = deliveries(broker.fetch(room, soon(100)));
        if (more.empty()) return result;
        std::move(more.begin(), more.end(), std::back_inserter(result));
    }
}

}  // namespace taskworker::testing
