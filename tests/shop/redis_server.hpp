#pragma once

#include <hiredis/hiredis.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include "taskworker/taskworker.hpp"

namespace shop {

// A Redis of this test's own, at <folder>/redis.sock, with a password.
class RedisServer {
public:
    explicit RedisServer(const std::string& folder)
        : socket_(folder + "/redis.sock"), pid_(::fork()) {
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            const std::string log = folder + "/redis.log";
            ::execlp(
                "redis-server",
                "redis-server",
                "--port",
                "0",
                "--unixsocket",
                socket_.c_str(),
                "--save",
                "",
                "--logfile",
                log.c_str(),
                "--requirepass",
                "se/cret",
                static_cast<char*>(nullptr)
            );
            ::_exit(127);
        }
        for (int tries = 0; tries < 500 && !connected(); ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ~RedisServer() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    std::string url() const { return "unix://:se%2Fcret@" + socket_ + "?db=3"; }
    tw::Json ask(const std::string& command) {
        const auto reply = std::unique_ptr<redisReply, decltype(&freeReplyObject)>(
            static_cast<redisReply*>(redisCommand(context_.get(), command.c_str())),
            &freeReplyObject
        );
        if (!reply || reply->type == REDIS_REPLY_NIL) return nullptr;
        if (reply->type == REDIS_REPLY_INTEGER) return tw::Json(reply->integer);
        return std::string(reply->str, reply->len);
    }

private:
    bool connected() {
        context_.reset(redisConnectUnix(socket_.c_str()));
        return context_ && context_->err == 0 && ask("AUTH se/cret") == "OK" &&
               ask("SELECT 3") == "OK";
    }
    std::string socket_;
    pid_t pid_;
    std::unique_ptr<redisContext, decltype(&redisFree)> context_{nullptr, &redisFree};
};

}  // namespace shop
