#pragma once

#include <hiredis/hiredis.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/taskworker.hpp"

namespace shop {

// Redis did not do what it was asked. Worth another try.
class RedisError : public tw::TaskError {
public:
    explicit RedisError(const std::string& why) : tw::TaskError("RedisError", why, "shop") {}
};

// redis://[[user]:password@]host[:port][/db] or unix://[[user]:password@]/path[?db=n], as in
// Django's LOCATION. Throws tw::ConfigError that names `setting`.
struct RedisAddress {
    static RedisAddress parse(const std::string& url, const std::string& setting);
    std::string user, password, host, path;  // path: of a unix socket, instead of a host
    int port = 6379;
    std::string database = "0";
};

// The site's Redis. One per process, shared by its threads: each call has a connection of its own,
// and connections are kept for the next one. What fails throws RedisError.
class Redis {
public:
    using Command = std::vector<std::string>;

    explicit Redis(RedisAddress address) : address_(std::move(address)) {}

    // All of them or, if the server is lost before it took them, none (MULTI).
    void run(const std::vector<Command>& commands);

    // A script's answer: a list of texts, numbers among them as texts, or one text, or nothing.
    std::vector<std::string> script(
        std::string_view lua,
        const std::vector<std::string>& keys,
        const std::vector<std::string>& arguments
    );

private:
    struct Close {
        void operator()(redisContext* context) const { redisFree(context); }
        void operator()(redisReply* reply) const { freeReplyObject(reply); }
    };
    using Connection = std::unique_ptr<redisContext, Close>;
    using Reply = std::unique_ptr<redisReply, Close>;

    Connection connect() const;
    static Reply ask(const Connection& connection, const Command& command);
    template <class Work>
    auto with_connection(Work work);

    const RedisAddress address_;
    std::mutex mutex_;
    std::vector<Connection> idle_;  // guarded by mutex_
};

// The one behind app.redis_url.
std::unique_ptr<Redis> open_redis(const tw::Settings& settings);

}  // namespace shop
