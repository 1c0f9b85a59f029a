#include <gtest/gtest.h>

#include "support/eventually.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

// Ways into a server: addresses, databases, passwords, rights.
namespace taskworker::testing {
namespace {

using Ids = std::vector<std::string>;
using redis::RedisError;

redis::Connection open(const std::string& url) {
    return redis::Connection(
        {.url = parse_redis_url(url),
         .name = "test",
         .connect_timeout = Millis(2000),
         .timeout = Millis(2000)}
    );
}

RedisError::Kind failure(const std::string& url) {
    try {
        open(url).connect();
    } catch (const RedisError& error) {
        EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
        return error.kind();
    }
    ADD_FAILURE() << "connected";
    return RedisError::Kind::Other;
}

TEST(Access, ByTcpAndByUnixSocketIntoTheRightDatabase) {
    auto& server = shared_redis();
    open(server.tcp_url(3)).call("SET", "k", "v");
    EXPECT_EQ(open(server.unix_url(3)).call("GET", "k").text, "v");
    EXPECT_TRUE(open(server.unix_url(0)).call("GET", "k").nil());
}

TEST(Access, FailuresAreToldApart) {
    auto& server = shared_redis();
    EXPECT_EQ(failure("redis://127.0.0.1:1/0"), RedisError::Kind::Refused);
    EXPECT_EQ(failure("redis+socket:///nowhere/redis.sock"), RedisError::Kind::Refused);
    EXPECT_EQ(failure(server.tcp_url(99)), RedisError::Kind::Other);  // no such database
    EXPECT_EQ(failure(server.tcp_url(0, "nobody:secret@")), RedisError::Kind::Auth);
    EXPECT_EQ(failure(server.tcp_url(0, ":secret@")), RedisError::Kind::Auth);
}

TEST(Access, ErrorRepliesAreToldApart) {
    auto connection = open(shared_redis().unix_url());
    connection.call("SET", "text", "x");
    const auto kind = [&](auto... words) {
        try {
            connection.call(words...);
        } catch (const RedisError& error) {
            return error.kind();
        }
        return RedisError::Kind::Lost;
    };
    EXPECT_EQ(kind("LPUSH", "text", "x"), RedisError::Kind::WrongType);
    EXPECT_EQ(
        kind("EVALSHA", "0000000000000000000000000000000000000000", "0"), RedisError::Kind::NoScript
    );
    EXPECT_EQ(kind("NONSENSE"), RedisError::Kind::Other);
    connection.call("CONFIG", "SET", "maxmemory", "1");
    EXPECT_EQ(kind("SET", "more", "x"), RedisError::Kind::OutOfMemory);
    connection.call("CONFIG", "SET", "maxmemory", "0");
    connection.call("REPLICAOF", "127.0.0.1", "1");
    EXPECT_EQ(kind("SET", "more", "x"), RedisError::Kind::ReadOnly);
    connection.call("REPLICAOF", "NO", "ONE");
}

TEST(Access, APausedServerIsATimeout) {
    RedisServer server;
    redis::Connection connection(
        {.url = parse_redis_url(server.tcp_url()), .name = {}, .timeout = Millis(50)}
    );
    connection.call("PING");
    server.pause();
    EXPECT_THROW(
        {
            try {
                connection.call("PING");
            } catch (const RedisError& error) {
                EXPECT_EQ(error.kind(), RedisError::Kind::Timeout);
                throw;
            }
        },
        RedisError
    );
    server.resume();
    EXPECT_FALSE(connection.connected());
    EXPECT_TRUE(eventually([&] {
        try {
            return connection.call("PING").is("PONG");
        } catch (const RedisError&) {
            return false;
        }
    }));
}

TEST(Access, LargePipelinesAndRepliesGoThrough) {
    auto connection = open(shared_redis().tcp_url());
    connection.connect();
    const std::string big(3 << 20, 'x');
    connection.call("SET", "big", big);
    for (int i = 0; i < 20; ++i) {
        connection.out().command("GET", "big");
        connection.out().command("SET", "other", big);
    }
    const auto replies = connection.round_trip();
    ASSERT_EQ(replies.size(), 40u);
    EXPECT_EQ(replies[38].text.size(), big.size());
    EXPECT_TRUE(replies[39].is("OK"));
    EXPECT_EQ(connection.call("ECHO", std::string("a\0b\r\n", 5)).text, std::string("a\0b\r\n", 5));
}

class Protected : public ::testing::Test {
protected:
    Protected() : admin(server.unix_url().c_str()) {}

    // Consumes one message as this user, and one by waiting.
    void works_as(const std::string& userinfo) {
        Settings settings;
        settings.broker_url = server.tcp_url(0, userinfo);
        settings.worker_concurrency = 1;
        RedisTransport transport(redis_settings(settings, "w@h", "w1"), RedisRig::quick());
        auto broker = transport.broker();
        broker->subscribe({"celery"});
        raw().call("LPUSH", "celery", message("a"), message("b"), message("c"));
        EXPECT_EQ(ids(fetch_all(*broker, 2)), (Ids{"a", "b", "c"}));
        raw().call("LPUSH", "celery", message("d"));
        EXPECT_EQ(ids(deliveries(broker->fetch(5, soon(5000)))), Ids{"d"});
        EXPECT_TRUE(broker->fetch(0, soon(10)).empty());
        raw().call("LPUSH", "celery", message("e"));
        std::vector<std::string> late;
        EXPECT_TRUE(eventually([&] {
            for (auto& id : ids(deliveries(broker->fetch(1, soon(50))))) late.push_back(id);
            return late == Ids{"e"};
        }));
        auto rest = broker->unsubscribe();
        EXPECT_EQ(raw().call("HLEN", "unacked").integer, 5);
        EXPECT_FALSE(transport.leases()->beat().known == false && rest.size() > 0);
    }
    redis::Connection& raw() {
        if (!raw_)
            raw_ = std::make_unique<redis::Connection>(redis::ConnectionOptions{
                .url = parse_redis_url(server.tcp_url(0, ":master@")), .name = {}});
        return *raw_;
    }
    RedisServer server{{"--requirepass", "master"}};
    std::string admin;
    std::unique_ptr<redis::Connection> raw_;
};

TEST_F(Protected, NothingGoesWithoutThePassword) {
    EXPECT_EQ(failure(server.tcp_url()), RedisError::Kind::Auth);
    EXPECT_EQ(failure(server.tcp_url(0, ":secret@")), RedisError::Kind::Auth);
    works_as(":master@");
}

TEST_F(Protected, AnAclUserWorks) {
    raw().call("ACL", "SETUSER", "worker", "on", ">p%w", "~*", "&*", "+@all");
    works_as("worker:p%25w@");
}

// @dangerous has SORT and CLIENT UNBLOCK: the claim goes by LMOVE, the waiting ends by itself.
TEST_F(Protected, AnAclUserWithoutDangerousCommandsWorks) {
    raw().call(
        "ACL", "SETUSER", "worker", "on", ">pw", "~*", "&*", "+@all", "-@dangerous", "-@admin"
    );
    works_as("worker:pw@");
}

TEST_F(Protected, AnAclThatHidesTheServerWorks) {
    raw().call("ACL", "SETUSER", "worker", "on", ">pw", "~*", "&*", "+@all", "-hello", "-client");
    works_as("worker:pw@");
}

}  // namespace
}  // namespace taskworker::testing
