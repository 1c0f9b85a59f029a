#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/fanout.hpp"
#include "broker/redis_settings.hpp"
#include "redis/connection.hpp"

namespace taskworker {

// Fanout exchanges are PUB/SUB channels, `/{db}.<exchange>[/<key>]` (wire §2.7); direct ones are
// sets of bindings and lists. One connection listens, one speaks.
class RedisFanout final : public Fanout {
public:
    explicit RedisFanout(RedisSettings settings);
    ~RedisFanout() override;
    RedisFanout(const RedisFanout&) = delete;
    RedisFanout& operator=(const RedisFanout&) = delete;

    void subscribe(Binding binding) override;
    std::vector<std::string> receive(SteadyPoint until) override;
    void interrupt() override;
    void unsubscribe() override;
    void publish(std::span<const Sending> messages) override;
    void send(const Sending& message) override;
    void put(const std::string& queue, std::span<const std::string> envelopes) override;
    void bind(const Binding& binding) override;
    void remove(const Binding& binding) override;
    std::optional<std::string> take(const std::string& queue, SteadyPoint until) override;

private:
    std::string channel(const std::string& exchange, const std::string& key) const;
    void listen();
    void declare(const Binding& binding);
    bool ping();  // false: nothing to be done before next_ping_
    void read_all(std::vector<std::string>& into);

    const RedisSettings with_;
    redis::Connection listener_, speaker_;
    std::vector<Binding> subscriptions_;
    bool listening_ = false;
    SteadyPoint next_ping_{};
    bool pinged_ = false;
    const int wake_;
};

}  // namespace taskworker
