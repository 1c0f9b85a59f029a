#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/url.hpp"
#include "redis/tls_context.hpp"

namespace taskworker::redis {

// One server and how to get in.
struct Server {
    RedisUrl url;
    TlsOptions tls = {};        // if url.tls()
    std::string password_file;  // read at every connect; instead of a password in the URL

    bool operator==(const Server&) const = default;
};

// From a URL and the table that goes with it (broker_use_ssl); `setting` names the URL's setting in
// errors. Takes what it knows out of url.options. Throws ConfigError.
Server make_server(RedisUrl url, const Json& use_ssl, std::string_view setting);

// The servers of one broker, in their order, and which of them is the current one: shared by all
// connections to it, so that a worker is never spread over two. Thread-safe.
class Servers {
public:
    enum class Strategy { RoundRobin, Shuffle };  // kombu/connection.py: failover_strategies

    // Throws ConfigError when files that TLS needs cannot be used.
    explicit Servers(std::vector<Server> all, Strategy strategy = Strategy::RoundRobin);

    struct Choice {
        std::size_t index = 0;
        std::uint64_t turn = 0;  // changes whenever another server becomes the current one
    };
    Choice choice() const;
    const Server& operator[](std::size_t index) const { return all_[index]; }
    std::size_t size() const { return all_.size(); }

    // The choice of this turn does not serve us: the next one becomes the current one, unless
    // somebody else has seen to it. Nothing changes when there is only one.
    void failed(std::uint64_t turn, std::string_view why);
    // The choice of this turn serves us: told in the log, once, when it is not the first one.
    void serves(std::uint64_t turn);

    // Of a server with TLS. Reads its files again when they have changed.
    std::shared_ptr<const TlsContext> tls(std::size_t index);

    bool are(const std::vector<Server>& all, Strategy strategy) const {
        return all == all_ && strategy == strategy_;
    }

private:
    const std::vector<Server> all_;
    const Strategy strategy_;
    mutable std::mutex mutex_;
    Choice choice_;                                            // guarded by mutex_
    std::uint64_t dice_ = 0, told_ = 0;                        // guarded by mutex_
    std::string why_;                                          // guarded by mutex_
    std::vector<std::shared_ptr<const TlsContext>> contexts_;  // guarded by mutex_; null: no TLS
};

// The same object for the same servers, as long as somebody in this process uses it: whoever opens
// a connection to a broker shares the choice with all others, whether they know of each other or
// not. Thread-safe.
std::shared_ptr<Servers> shared_servers(std::vector<Server> all, Servers::Strategy strategy);

}  // namespace taskworker::redis
