#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/broker_errors.hpp"
#include "broker/fanout.hpp"
#include "broker/redis_settings.hpp"
#include "redis/shared_connection.hpp"

namespace taskworker {

// Fanout exchanges are PUB/SUB channels, `/{db}.<exchange>[/<key>]` (wire §2.7); direct ones are
// sets of bindings and lists. One connection listens; what is said goes over the worker's shared
// one.
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
    std::size_t publish(std::span<const Sending> messages) override;
    void send(const Sending& message) override;
    void put(const std::string& queue, std::span<const std::string> envelopes) override;
    void bind(const Binding& binding) override;
    void remove(const Binding& binding) override;
    std::optional<std::string> take(const std::string& queue, SteadyPoint until) override;

private:
    // As the server behind this connection knows it: the name has its database.
    std::string channel(
        const redis::Connection& on, const std::string& exchange, const std::string& key
    ) const;
    void listen();
    void declare(const Binding& binding);
    bool ping();  // false: nothing to be done before next_ping_
    void read_all(std::vector<std::string>& into);

    const RedisSettings with_;
    template <class F>
    auto in_turn(F&& work) {
        const auto turn = shared_->turn();
        return as_broker_error(work);
    }
    redis::Connection listener_;
    std::unique_ptr<redis::Connection> taker_;  // take() blocks
    const std::shared_ptr<redis::SharedConnection> shared_;
    redis::Connection& speaker_;  // of shared_: within a turn
    std::vector<Binding> subscriptions_;
    bool listening_ = false;
    SteadyPoint next_ping_{};
    bool pinged_ = false;
    const Millis longest_block_;  // Redis answers before the connection counts as dead
    const int wake_;
};

}  // namespace taskworker
