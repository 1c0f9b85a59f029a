#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "broker/broker_address.hpp"
#include "ledger/open_ledger.hpp"
#include "support/eventually.hpp"
#include "support/redis_rig.hpp"
#include "taskworker/errors.hpp"

// Several brokers, other ones to write to, passwords in files.
namespace taskworker::testing {
namespace {

using Ids = std::vector<std::string>;
using redis::RedisError;

redis::Connection bare(RedisServer& server) {
    return redis::Connection({.url = parse_redis_url(server.unix_url()), .name = {}});
}

Settings settings_for(const std::string& urls) {
    Settings settings;
    settings.broker_url = urls;
    settings.worker_concurrency = 2;
    return settings;
}

std::unique_ptr<RedisTransport> transport_for(const Settings& settings) {
    return std::make_unique<RedisTransport>(
        redis_settings(settings, "w@host", "w1"), RedisRig::quick()
    );
}

std::vector<std::string> fetched_ids(Broker& broker, std::size_t wanted) {
    std::vector<std::string> got;
    eventually([&] {
        try {
            for (auto& id : ids(deliveries(broker.fetch(100, soon(20))))) got.push_back(id);
        } catch (const BrokerError&) {
            return false;
        }
        return got.size() >= wanted;
    });
    return got;
}

TEST(Failover, TheFirstServerThatAnswersIsTaken) {
    RedisServer second;
    const auto transport =
        transport_for(settings_for("redis://127.0.0.1:1/0;" + second.unix_url()));
    auto broker = transport->broker();
    broker->subscribe({"celery"});
    bare(second).call("LPUSH", "celery", message("a"));
    EXPECT_EQ(ids(deliveries(broker->fetch(5, soon(5000)))), Ids{"a"});
}

TEST(Failover, AWorkerMovesToTheNextServerWithAllItsConnections) {
    RedisServer first, second;
    const auto settings = settings_for(first.tcp_url() + ";" + second.tcp_url());
    const auto transport = transport_for(settings);
    auto broker = transport->broker();
    auto leases = transport->leases();
    auto ledger = open_ledger(settings, "w@host", "w1");
    leases->beat();
    broker->subscribe({"celery"});
    bare(first).call("LPUSH", "celery", message("a"));
    EXPECT_EQ(fetched_ids(*broker, 1), Ids{"a"});
    first.kill();

    bare(second).call("LPUSH", "celery", message("b"));
    std::vector<Delivery> got;
    EXPECT_TRUE(eventually([&] {
        try {
            got = deliveries(broker->fetch(5, soon(20)));
        } catch (const BrokerError&) {
            return false;
        }
        return !got.empty();
    }));
    ASSERT_EQ(ids(got), Ids{"b"});
    EXPECT_TRUE(eventually([&] {
        try {
            leases->beat();
            return true;
        } catch (const BrokerError&) {
            return false;
        }
    }));
    EXPECT_FALSE(bare(second).call("ZSCORE", "taskworker.workers", "w1").nil());
    EXPECT_TRUE(ledger->apply(std::vector<Entry>{Settlement{.tag = got[0].tag}}).empty());
    EXPECT_EQ(bare(second).call("HLEN", "unacked").integer, 0);
}

// One connection cannot reach the server any more, the others still could: they follow.
TEST(Failover, NoConnectionStaysBehind) {
    RedisServer first, second;
    const auto settings = settings_for(first.tcp_url() + ";" + second.tcp_url());
    const auto address = address_to_read(settings);
    redis::Connection one(address.connection("one")), other(address.connection("other"));
    one.call("SET", "k", "first");
    EXPECT_EQ(other.call("GET", "k").text, "first");
    address.servers->failed(address.servers->choice().turn, "one of them says so");
    EXPECT_THROW(other.call("GET", "k"), RedisError);  // never silently another server
    EXPECT_TRUE(other.call("GET", "k").nil());
    EXPECT_EQ(other.url().port, second.port());
}

TEST(Failover, AReplicaIsPassedOver) {
    RedisServer master, replica;
    bare(replica).call("REPLICAOF", "127.0.0.1", "1");
    const auto address = address_to_read(settings_for(replica.tcp_url() + ";" + master.tcp_url()));
    redis::Connection connection(address.connection("x"));
    connection.call("SET", "k", "v");
    EXPECT_EQ(connection.url().port, master.port());
}

TEST(Failover, AMasterThatBecomesAReplicaIsLeft) {
    RedisServer first, second;
    const auto address = address_to_read(settings_for(first.tcp_url() + ";" + second.tcp_url()));
    redis::Connection connection(address.connection("x"));
    connection.call("SET", "k", "v");
    bare(first).call("REPLICAOF", "127.0.0.1", "1");
    EXPECT_THROW(connection.call("SET", "k", "v"), RedisError);
    EXPECT_THROW(connection.connect(), RedisError);
    EXPECT_TRUE(connection.call("SET", "k", "v").is("OK"));
    EXPECT_EQ(connection.url().port, second.port());
}

TEST(Failover, WhenNoServerAnswersTheLastOneIsNamed) {
    const auto address =
        address_to_read(settings_for("redis://:secret@127.0.0.1:1/0;redis://:secret@127.0.0.1:2/0")
        );
    redis::Connection connection(address.connection("x"));
    try {
        connection.connect();
        FAIL() << "connected";
    } catch (const RedisError& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("redis://:**@127.0.0.1:2/0"), std::string::npos) << text;
        EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    }
    EXPECT_EQ(address.text(), "redis://:**@127.0.0.1:1/0;redis://:**@127.0.0.1:2/0");
}

TEST(ReadAndWriteUrl, FollowUpsGoToTheOneAndAcksToTheOther) {
    RedisServer read, write;
    Settings settings;
    settings.broker_read_url = read.unix_url();
    settings.broker_write_url = write.unix_url();
    settings.result_backend = read.unix_url(1);
    const auto transport = transport_for(settings);
    auto broker = transport->broker();
    broker->subscribe({"celery"});
    bare(read).call("LPUSH", "celery", message("a"));
    const auto got = deliveries(broker->fetch(5, soon(5000)));
    ASSERT_EQ(ids(got), Ids{"a"});

    auto ledger = open_ledger(settings, "w@host", "w1");
    Settlement end{.tag = got[0].tag, .task_id = "a"};
    end.publish.push_back({.queue = "next", .priority = 0, .envelope = "follow-up"});
    end.store = ResultRecord{.id = "a", .status = "SUCCESS", .result = "1"};
    EXPECT_TRUE(ledger->apply(std::vector<Entry>{end}).empty());
    EXPECT_EQ(bare(write).call("LRANGE", "next", 0, -1).items.at(0).text, "follow-up");
    EXPECT_EQ(bare(read).call("HLEN", "unacked").integer, 0);
    EXPECT_EQ(bare(read).call("EXISTS", "next").integer, 0);
    redis::Connection results({.url = parse_redis_url(read.unix_url(1)), .name = {}});
    EXPECT_EQ(results.call("EXISTS", "celery-task-meta-a").integer, 1);

    // A lease that is not ours any more publishes nothing.
    EXPECT_TRUE(ledger->apply(std::vector<Entry>{end}).at(0).lost);
    EXPECT_EQ(bare(write).call("LLEN", "next").integer, 1);

    // What the one refuses is refused as a whole, and holds up no other end.
    bare(write).call("SET", "odd", "no list");
    bare(read).call("LPUSH", "celery", message("c"));
    bare(read).call("LPUSH", "celery", message("d"));
    auto two = deliveries(broker->fetch(5, soon(5000)));
    if (two.size() == 1) two.push_back(deliveries(broker->fetch(5, soon(5000))).at(0));
    Settlement bad{.tag = two[0].tag, .task_id = "c"}, good{.tag = two[1].tag, .task_id = "d"};
    bad.publish = {{.queue = "next", .envelope = "1"}, {.queue = "odd", .envelope = "2"}};
    const auto refusals = ledger->apply(std::vector<Entry>{bad, good});
    ASSERT_EQ(refusals.size(), 1u);
    EXPECT_EQ(refusals[0].index, 0u);
    EXPECT_FALSE(refusals[0].lost);
    EXPECT_EQ(bare(write).call("LLEN", "next").integer, 1);
    EXPECT_EQ(bare(read).call("HLEN", "unacked").integer, 1);

    const Outgoing task{.queue = "celery", .priority = 0, .envelope = message("b")};
    broker->publish({&task, 1});
    EXPECT_EQ(bare(write).call("LLEN", "celery").integer, 1);
    EXPECT_EQ(bare(read).call("LLEN", "celery").integer, 0);
}

TEST(PasswordFile, IsReadAtEveryConnect) {
    RedisServer server({"--requirepass", "one"});
    const auto path =
        std::filesystem::temp_directory_path() / fmt::format("tw-password-{}", ::getpid());
    const auto write = [&](const char* text) { std::ofstream(path) << text << '\n'; };
    write("one");
    redis::Connection connection(
        {.url = parse_redis_url(server.tcp_url() + "?password_file=" + path.string()), .name = {}}
    );
    EXPECT_TRUE(connection.call("PING").is("PONG"));
    connection.call("CONFIG", "SET", "requirepass", "two");
    connection.close();
    try {
        connection.connect();
        ADD_FAILURE() << "connected";
    } catch (const RedisError& error) {
        EXPECT_EQ(error.kind(), RedisError::Kind::Auth);
        EXPECT_EQ(std::string(error.what()).find("one"), std::string::npos) << error.what();
    }
    write("two");
    EXPECT_TRUE(connection.call("PING").is("PONG"));
    std::filesystem::remove(path);
    connection.close();
    EXPECT_THROW(connection.connect(), RedisError);  // not there: it may come back
}

}  // namespace
}  // namespace taskworker::testing
