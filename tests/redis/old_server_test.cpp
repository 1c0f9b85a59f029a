#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "redis/connection.hpp"

// Servers that are not installed here, played by a few canned answers.
namespace taskworker::testing {
namespace {

using redis::RedisError;

class CannedServer {
public:
    explicit CannedServer(std::string answers)
        : path_(::testing::TempDir() + "tw-canned-" + std::to_string(::getpid())) {
        ::unlink(path_.c_str());
        listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.data(), path_.size());
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 1) != 0)
            ADD_FAILURE() << "cannot listen";
        thread_ = std::thread([this, text = std::move(answers)] {
            const int fd = ::accept(listener_, nullptr, nullptr);
            [[maybe_unused]] auto n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
            char rest[512];
            while (::recv(fd, rest, sizeof rest, 0) > 0) {
            }
            ::close(fd);
        });
    }
    ~CannedServer() {
        thread_.join();
        ::close(listener_);
        ::unlink(path_.c_str());
    }
    RedisError::Kind refusal(std::string& text) const {
        redis::Connection connection({.url = parse_redis_url("redis+socket://" + path_), .name = {}}
        );
        try {
            connection.connect();
        } catch (const RedisError& error) {
            text = error.what();
            return error.kind();
        }
        text = "connected to " + connection.server().version;
        return RedisError::Kind::Other;
    }

private:
    std::string path_;
    int listener_ = -1;
    std::thread thread_;
};

std::string hello(const std::string& server, const std::string& version) {
    const auto bulk = [](const std::string& text) {
        return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    };
    return "+PONG\r\n*6\r\n" + bulk("server") + bulk(server) + bulk("version") + bulk(version) +
           bulk("id") + ":7\r\n+OK\r\n";
}

TEST(OldServer, IsRefusedByItsVersion) {
    std::string text;
    EXPECT_EQ(CannedServer(hello("redis", "6.0.16")).refusal(text), RedisError::Kind::TooOld);
    EXPECT_NE(text.find("Redis 6.0.16 is too old, 6.2 or later is needed"), std::string::npos)
        << text;
}

TEST(OldServer, WithoutHelloIsRefused) {
    std::string text;
    EXPECT_EQ(
        CannedServer("+PONG\r\n-ERR unknown command `HELLO`\r\n+OK\r\n").refusal(text),
        RedisError::Kind::TooOld
    );
    EXPECT_NE(text.find("older than Redis 6.2"), std::string::npos) << text;
}

TEST(OldServer, ValkeyIsNot) {
    std::string text;
    CannedServer(hello("valkey", "8.0.1")).refusal(text);
    EXPECT_EQ(text, "connected to 8.0.1");
}

TEST(OldServer, ThatSpeaksAnotherProtocolIsNone) {
    std::string text;
    EXPECT_EQ(
        CannedServer("HTTP/1.1 400 Bad Request\r\n\r\n").refusal(text), RedisError::Kind::Protocol
    );
}

TEST(OldServer, ThatLoadsOrHangsUpIsToldApart) {
    std::string text;
    EXPECT_EQ(
        CannedServer("-LOADING Redis is loading\r\n-LOADING\r\n-LOADING\r\n").refusal(text),
        RedisError::Kind::Loading
    );
}

}  // namespace
}  // namespace taskworker::testing
