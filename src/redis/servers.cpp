#include "redis/servers.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

#include "base/log.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::redis {

Server make_server(RedisUrl url, const Json& use_ssl, std::string_view setting) {
    Server server;
    if (auto file = url.options.extract("password_file")) {
        if (url.password)
            throw ConfigError(fmt::format("{}: a password and a password_file", setting));
        server.password_file = std::move(file.mapped());
    }
    bool wanted = asks_for_tls(use_ssl);
    for (const auto& [name, value] : url.options) wanted = wanted || name.starts_with("ssl_");
    if (wanted && url.unix_socket())
        throw ConfigError(fmt::format("{}: {}: no TLS on a unix socket", setting, url.redacted()));
    if (wanted) url.scheme = "rediss";
    if (url.tls()) server.tls = read_tls_options(url, use_ssl, setting);
    server.url = std::move(url);
    return server;
}

Servers::Servers(std::vector<Server> all, Strategy strategy)
    : all_(std::move(all)), strategy_(strategy), dice_(std::random_device{}()) {
    for (const auto& server : all_)
        contexts_.push_back(
            server.url.tls() ? std::make_shared<const TlsContext>(server.tls) : nullptr
        );
}

Servers::Choice Servers::choice() const {
    const std::lock_guard lock(mutex_);
    return choice_;
}

void Servers::failed(std::uint64_t turn, std::string_view why) {
    if (size() < 2) return;
    const std::lock_guard lock(mutex_);
    if (choice_.turn != turn) return;
    if (strategy_ == Strategy::RoundRobin) {
        choice_.index = (choice_.index + 1) % size();
    } else {  // any of the others
        dice_ = dice_ * 6364136223846793005u + 1442695040888963407u;
        choice_.index = (choice_.index + 1 + (dice_ >> 33) % (size() - 1)) % size();
    }
    ++choice_.turn;
    why_ = why;
}

void Servers::serves(std::uint64_t turn) {
    if (size() < 2) return;
    std::string why;
    std::size_t index = 0;
    {
        const std::lock_guard lock(mutex_);
        if (choice_.turn != turn || told_ == turn) return;
        told_ = turn;
        index = choice_.index;
        why = why_;
    }
    log::warning("broker: now {} ({})", all_[index].url.redacted(), why);
}

std::shared_ptr<const TlsContext> Servers::tls(std::size_t index) {
    const std::lock_guard lock(mutex_);
    auto& context = contexts_[index];
    if (context && context->outdated())
        context = std::make_shared<const TlsContext>(all_[index].tls);
    return context;
}

std::shared_ptr<Servers> shared_servers(std::vector<Server> all, Servers::Strategy strategy) {
    static std::mutex mutex;
    static std::vector<std::weak_ptr<Servers>> known;  // guarded by mutex
    const std::lock_guard lock(mutex);
    std::erase_if(known, [](const auto& servers) { return servers.expired(); });
    for (const auto& weak : known)
        if (auto servers = weak.lock(); servers && servers->are(all, strategy)) return servers;
    auto made = std::make_shared<Servers>(std::move(all), strategy);
    known.push_back(made);
    return made;
}

}  // namespace taskworker::redis
