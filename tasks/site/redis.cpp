#include "site/redis.hpp"

#include <regex>
#include <utility>

#include "site/percent.hpp"
#include "site/settings.hpp"

namespace shop {
namespace {

constexpr timeval kTimeout{.tv_sec = 5, .tv_usec = 0};

std::string text_of(const redisReply& reply) {
    if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
    return reply.str == nullptr ? std::string() : std::string(reply.str, reply.len);
}

std::vector<std::string> texts_of(const redisReply& reply) {
    if (reply.type == REDIS_REPLY_NIL) return {};
    if (reply.type != REDIS_REPLY_ARRAY) return {text_of(reply)};
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < reply.elements; ++i) texts.push_back(text_of(*reply.element[i]));
    return texts;
}

}  // namespace

RedisAddress RedisAddress::parse(const std::string& url, const std::string& setting) {
    static const std::regex pattern(
        R"((redis|unix)://(?:([^:@/]*):([^@/]*)@)?(?:([^:/?]+)(?::(\d{1,5}))?(?:/(\d*))?|(/[^?]*)(?:\?db=(\d+))?))"
    );
    std::smatch part;
    const bool fits =
        std::regex_match(url, part, pattern) && (part[1] == "unix") == part[7].matched;
    if (!fits)
        throw tw::ConfigError(setting + ": expected redis://host:port/db or unix:///path?db=n");
    RedisAddress address{
        .user = percent_decoded(part[2]),
        .password = percent_decoded(part[3]),
        .host = part[4],
        .path = part[7]};
    if (part[5].matched) address.port = std::stoi(part[5]);
    for (const auto& database : {part[6], part[8]}) {
        if (database.length() > 0) address.database = database;
    }
    return address;
}

Redis::Connection Redis::connect() const {
    Connection redis(
        address_.path.empty()
            ? redisConnectWithTimeout(address_.host.c_str(), address_.port, kTimeout)
            : redisConnectUnixWithTimeout(address_.path.c_str(), kTimeout)
    );
    if (!redis || redis->err != 0) throw RedisError(redis ? redis->errstr : "out of memory");
    redisSetTimeout(redis.get(), kTimeout);
    if (!address_.user.empty()) {
        ask(redis, {"AUTH", address_.user, address_.password});
    } else if (!address_.password.empty()) {
        ask(redis, {"AUTH", address_.password});
    }
    ask(redis, {"SELECT", address_.database});
    return redis;
}

Redis::Reply Redis::ask(const Connection& connection, const Command& command) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : command) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    Reply reply(static_cast<redisReply*>(redisCommandArgv(
        connection.get(), static_cast<int>(command.size()), texts.data(), sizes.data()
    )));
    if (!reply) throw RedisError(command[0] + ": " + connection->errstr);
    if (reply->type == REDIS_REPLY_ERROR) throw RedisError(command[0] + ": " + text_of(*reply));
    return reply;
}

// A connection that was kept may be dead by now (Redis was restarted): PING tells before anything
// that must not be done twice is sent.
template <class Work>
auto Redis::with_connection(Work work) {
    Connection connection;
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            connection = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    try {
        if (connection) ask(connection, {"PING"});
    } catch (const RedisError&) {
        connection.reset();
    }
    if (!connection) connection = connect();
    auto answer = work(connection);  // a connection in an unknown state is closed, not kept
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    return answer;
}

void Redis::run(const std::vector<Command>& commands) {
    with_connection([&](const Connection& connection) {
        ask(connection, {"MULTI"});
        for (const Command& command : commands) ask(connection, command);
        const Reply replies = ask(connection, {"EXEC"});
        for (std::size_t i = 0; i < replies->elements; ++i) {
            if (replies->element[i]->type == REDIS_REPLY_ERROR)
                throw RedisError(commands[i][0] + ": " + text_of(*replies->element[i]));
        }
        return true;
    });
}

std::vector<std::string> Redis::script(
    std::string_view lua,
    const std::vector<std::string>& keys,
    const std::vector<std::string>& arguments
) {
    Command command = {"EVAL", std::string(lua), std::to_string(keys.size())};
    command.insert(command.end(), keys.begin(), keys.end());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return with_connection([&](const Connection& connection) {
        return texts_of(*ask(connection, command));
    });
}

std::unique_ptr<Redis> open_redis(const tw::Settings& settings) {
    return std::make_unique<Redis>(
        RedisAddress::parse(shop_settings(settings).redis_url, "app.redis_url")
    );
}

}  // namespace shop
