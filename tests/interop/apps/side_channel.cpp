#include "side_channel.hpp"

#include <hiredis/hiredis.h>

#include <array>
#include <optional>
#include <regex>

#include "taskworker/errors.hpp"

namespace conformance {
namespace {

constexpr timeval kTimeout{.tv_sec = 10, .tv_usec = 0};

[[noreturn]] void refuse(const std::string& why) {
    throw tw::TaskError("ConnectionError", "side channel: " + why);
}

std::string percent_decoded(const std::string& text) {
    static const std::regex escape("%([0-9a-fA-F]{2})");
    std::string decoded;
    auto at = text.begin();
    for (std::sregex_iterator found(text.begin(), text.end(), escape), end; found != end; ++found) {
        decoded.append(at, (*found)[0].first);
        decoded += static_cast<char>(std::stoi((*found)[1], nullptr, 16));
        at = (*found)[0].second;
    }
    return decoded.append(at, text.end());
}

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

// The integer that Redis answers (0 for OK); nothing: the connection is gone.
std::optional<std::int64_t> run(redisContext* redis, const std::vector<std::string_view>& command) {
    std::vector<const char*> parts;
    std::vector<std::size_t> sizes;
    for (const auto part : command) {
        parts.push_back(part.data());
        sizes.push_back(part.size());
    }
    const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(
        redisCommandArgv(redis, static_cast<int>(parts.size()), parts.data(), sizes.data())
    ));
    if (!reply) return std::nullopt;
    if (reply->type == REDIS_REPLY_ERROR) refuse(std::string(reply->str, reply->len));
    return reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
}

}  // namespace

void SideChannel::Close::operator()(redisContext* context) const { redisFree(context); }

SideChannel::SideChannel(const std::string& url) {
    static const std::regex pattern(
        R"((?:redis|unix|redis\+socket)://(?:([^:@/]*):([^@/]*)@)?)"
        R"((?:([^:/?]+)(?::(\d{1,5}))?(?:/(\d*))?|(/[^?]*)(?:\?(?:db|virtual_host)=(\d+))?))"
    );
    std::smatch part;
    if (!std::regex_match(url, part, pattern))
        refuse("CONFORMANCE_REDIS_URL is not a URL of Redis");
    user_ = percent_decoded(part[1]);
    password_ = percent_decoded(part[2]);
    host_ = part[3];
    path_ = percent_decoded(part[6]);
    if (part[4].matched) port_ = std::stoi(part[4]);
    for (const auto& database : {part[5], part[7]}) {
        if (database.length() > 0) database_ = database;
    }
}

SideChannel::~SideChannel() = default;

SideChannel::Connection SideChannel::connect() const {
    Connection redis(
        path_.empty() ? redisConnectWithTimeout(host_.c_str(), port_, kTimeout)
                      : redisConnectUnixWithTimeout(path_.c_str(), kTimeout)
    );
    if (!redis) refuse("out of memory");
    if (redis->err != 0) refuse(redis->errstr);
    redisSetTimeout(redis.get(), kTimeout);
    std::vector<std::string_view> login{"AUTH"};
    if (!user_.empty()) login.emplace_back(user_);
    login.emplace_back(password_);
    if (!password_.empty() && !run(redis.get(), login)) refuse(redis->errstr);
    if (!run(redis.get(), {"SELECT", database_})) refuse(redis->errstr);
    return redis;
}

std::int64_t SideChannel::push(std::string_view key, std::string_view value) {
    return ask({"RPUSH", key, value});
}

std::int64_t SideChannel::increment(std::string_view key) { return ask({"INCR", key}); }

std::int64_t SideChannel::ask(const std::vector<std::string_view>& command) {
    const std::lock_guard lock(mutex_);
    if (connection_) {
        if (const auto answer = run(connection_.get(), command)) return *answer;
    }
    connection_ = connect();
    if (const auto answer = run(connection_.get(), command)) return *answer;
    const std::string why = connection_->errstr;
    connection_.reset();
    refuse(why);
}

}  // namespace conformance
