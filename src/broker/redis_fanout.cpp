#include "broker/redis_fanout.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "broker/bindings.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;
using redis::RedisError;
constexpr auto kPingAfter = 12s;  // of silence
constexpr auto kPongWithin = 3s;
constexpr std::size_t kMostRead = 1000;

SteadyPoint steady_now() { return std::chrono::steady_clock::now(); }

int milliseconds_until(SteadyPoint until) {
    const auto left = std::chrono::ceil<Millis>(until - steady_now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

// kombu writes no pattern for fanout and direct exchanges.
std::string member_of(const RedisKeys& keys, const Fanout::Binding& binding) {
    return keys.binding_member({binding.exchange, "direct", binding.key}, binding.queue);
}

}  // namespace

RedisFanout::RedisFanout(RedisSettings settings)
    : with_(std::move(settings)),
      listener_(with_.connection("control")),
      shared_(with_.shared()),
      speaker_(shared_->connection()),
      longest_block_(with_.connection("taker").timeout / 2),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_ < 0) throw BrokerError("eventfd: no descriptor left");
}

RedisFanout::~RedisFanout() { ::close(wake_); }

void RedisFanout::interrupt() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

// kombu/transport/redis.py: _get_publish_topic, _get_subscribe_topic
std::string RedisFanout::channel(
    const redis::Connection& on, const std::string& exchange, const std::string& key
) const {
    const auto& options = with_.options;
    const auto prefix = replaced(options.fanout_prefix, "{db}", std::to_string(on.url().db));
    auto name = fmt::format("{}{}{}", with_.keys.prefix(), prefix, exchange);
    if (!key.empty() && options.fanout_patterns) name += "/" + key;
    return name;
}

void RedisFanout::subscribe(Binding binding) {
    subscriptions_.push_back(std::move(binding));
    listening_ = false;
    listener_.close();
}

void RedisFanout::declare(const Binding& binding) {
    const auto& keys = with_.keys;
    const auto member = member_of(keys, binding);
    speaker_.out().command("SADD", keys.binding(binding.exchange), member);
    speaker_.out().command("SADD", keys.permanent_binding(binding.exchange), member);
}

void RedisFanout::listen() {
    if (listening_ && listener_.connected()) return;
    {
        const auto turn = shared_->turn();
        speaker_.connect();
        for (const auto& binding : subscriptions_) declare(binding);
        for (const auto& reply : speaker_.round_trip()) speaker_.check(reply, "SADD");
    }
    listener_.close();
    listener_.connect();
    for (const auto& binding : subscriptions_)
        listener_.out().command(
            "PSUBSCRIBE", channel(listener_, binding.exchange, replaced(binding.key, "#", "*"))
        );
    for (const auto& reply : listener_.round_trip()) listener_.check(reply, "PSUBSCRIBE");
    listening_ = true;
    pinged_ = false;
    next_ping_ = steady_now() + kPingAfter;
}

void RedisFanout::read_all(std::vector<std::string>& into) {
    while (into.size() < kMostRead) {
        auto reply = listener_.try_read();
        if (!reply) return;
        listener_.check(*reply, "PSUBSCRIBE");
        pinged_ = false;
        next_ping_ = steady_now() + kPingAfter;
        auto& items = reply->items;
        if (items.size() == 4 && items[0].is("pmessage")) into.push_back(std::move(items[3].text));
    }
}

// A connection that is cut somewhere between looks like one on which nobody speaks.
bool RedisFanout::ping() {
    if (steady_now() < next_ping_) return false;
    if (pinged_) {
        listener_.close();
        listener_.fail(RedisError::Kind::Timeout, "PING", "no answer, the connection is dead");
    }
    listener_.out().command("PING");
    listener_.flush();
    pinged_ = true;
    next_ping_ = steady_now() + kPongWithin;
    return true;
}

std::vector<std::string> RedisFanout::receive(SteadyPoint until) {
    return as_broker_error([&] {
        listen();
        std::vector<std::string> come;
        for (;;) {
            read_all(come);
            if (!come.empty() || steady_now() >= until) return come;
            ping();
            std::array<pollfd, 2> polled{{{listener_.fd(), POLLIN, 0}, {wake_, POLLIN, 0}}};
            ::poll(polled.data(), polled.size(), milliseconds_until(std::min(until, next_ping_)));
            std::uint64_t count = 0;
            if (polled[1].revents != 0 && ::read(wake_, &count, sizeof count) > 0) return come;
        }
    });
}

void RedisFanout::unsubscribe() {
    listening_ = false;
    listener_.close();
    if (subscriptions_.empty()) return;
    in_turn([&] {
        speaker_.connect();
        const auto& keys = with_.keys;
        for (const auto& binding : subscriptions_) {
            const auto member = member_of(keys, binding);
            speaker_.out().command("SREM", keys.binding(binding.exchange), member);
            speaker_.out().command("SREM", keys.permanent_binding(binding.exchange), member);
        }
        for (const auto& reply : speaker_.round_trip()) speaker_.check(reply, "SREM");
    });
}

std::size_t RedisFanout::publish(std::span<const Sending> messages) {
    if (messages.empty()) return 0;
    return in_turn([&] {
        speaker_.connect();
        for (const auto& message : messages)
            speaker_.out().command(
                "PUBLISH", channel(speaker_, message.exchange, message.key), message.envelope
            );
        std::int64_t most = 0;
        for (const auto& reply : speaker_.round_trip()) {
            speaker_.check(reply, "PUBLISH");
            most = std::max(most, reply.integer);
        }
        return static_cast<std::size_t>(most);
    });
}

void RedisFanout::send(const Sending& message) {
    in_turn([&] {
        const auto& keys = with_.keys;
        const auto reply = speaker_.call("SMEMBERS", keys.binding(message.exchange));
        std::vector<std::string> members;
        for (const auto& item : reply.items) members.push_back(item.text);
        const auto queues = matching_queues(members, keys.separator(), message.key);
        if (queues.empty()) return;
        for (const auto& queue : queues)
            speaker_.out().command("LPUSH", keys.key(keys.list(queue, 0)), message.envelope);
        for (const auto& answer : speaker_.round_trip()) speaker_.check(answer, "LPUSH");
    });
}

void RedisFanout::put(const std::string& queue, std::span<const std::string> envelopes) {
    in_turn([&] {
        const auto key = with_.keys.key(with_.keys.list(queue, 0));
        speaker_.connect();
        auto& out = speaker_.out();
        out.begin(2 + envelopes.size());
        out.arg("LPUSH"), out.arg(key);
        for (const auto& envelope : envelopes) out.arg(envelope);
        for (const auto& reply : speaker_.round_trip()) speaker_.check(reply, "LPUSH");
    });
}

void RedisFanout::bind(const Binding& binding) {
    in_turn([&] {
        speaker_.connect();
        declare(binding);
        for (const auto& reply : speaker_.round_trip()) speaker_.check(reply, "SADD");
    });
}

void RedisFanout::remove(const Binding& binding) {
    in_turn([&] {
        const auto& keys = with_.keys;
        speaker_.connect();
        const auto member = member_of(keys, binding);
        speaker_.out().command("SREM", keys.binding(binding.exchange), member);
        speaker_.out().command("SREM", keys.permanent_binding(binding.exchange), member);
        for (const auto& list : keys.lists(binding.queue))
            speaker_.out().command("DEL", keys.key(list));
        for (const auto& reply : speaker_.round_trip()) speaker_.check(reply, "DEL");
    });
}

std::optional<std::string> RedisFanout::take(const std::string& queue, SteadyPoint until) {
    return as_broker_error([&]() -> std::optional<std::string> {
        const auto key = with_.keys.key(with_.keys.list(queue, 0));
        if (!taker_) taker_ = std::make_unique<redis::Connection>(with_.connection("taker"));
        for (;;) {
            const auto left = std::min<SteadyPoint::duration>(until - steady_now(), longest_block_);
            // 0 would wait for ever.
            const auto wait = std::max(Seconds(left).count(), 0.001);
            auto reply = taker_->call("BRPOP", key, fmt::format("{:.3f}", wait));
            if (reply.items.size() == 2) return std::move(reply.items[1].text);
            if (steady_now() >= until) return std::nullopt;
        }
    });
}

}  // namespace taskworker
