#include "redis/socket_options.hpp"

#include <gtest/gtest.h>

#include "redis/script_denial.hpp"
#include "redis/servers.hpp"
#include "taskworker/errors.hpp"

namespace taskworker::redis {
namespace {

SocketOptions taken(const std::string& query) {
    auto url = parse_redis_url("redis://h/0?" + query);
    SocketOptions options;
    take_socket_options(url, options, "broker_url");
    EXPECT_TRUE(url.options.empty());
    return options;
}

std::string rule_of_query(const std::string& query) {
    try {
        taken(query);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "taken";
}

TEST(SocketOptions, AreReadFromTheQuery) {
    const auto options =
        taken("socket_timeout=2.5&socket_connect_timeout=1&socket_keepalive=False&client_name=me");
    EXPECT_EQ(options.timeout, Seconds(2.5));
    EXPECT_EQ(options.connect_timeout, Seconds(1));
    EXPECT_FALSE(options.keepalive.on);
    EXPECT_EQ(options.client_name, "me");
    EXPECT_TRUE(taken("socket_keepalive=yes").keepalive.on);
}

TEST(SocketOptions, OfRedisPyThatChangeNothingAreKnown) {
    EXPECT_EQ(
        taken("health_check_interval=25&retry_on_timeout=true&max_connections=20&protocol=3"),
        SocketOptions{}
    );
}

TEST(SocketOptions, NameWhatIsWrong) {
    EXPECT_EQ(
        rule_of_query("socket_timeout=soon"),
        "broker_url: socket_timeout: must be a number of seconds above 0"
    );
    EXPECT_EQ(rule_of_query("socket_timeout=0"), rule_of_query("socket_timeout=soon"));
    EXPECT_EQ(
        rule_of_query("socket_timout=1"), "broker_url: socket_timout: no such option of a Redis URL"
    );
    EXPECT_NE(rule_of_query("credential_provider=m.C").find("password_file"), std::string::npos);
}

TEST(KeepaliveOptions, AreReadByNameAndByLinuxNumber) {
    Keepalive to;
    read_keepalive_options(
        Json::object({{"TCP_KEEPIDLE", 60}, {"5", 10}, {"6", 4}, {"18", 5000}}), to, "x"
    );
    EXPECT_EQ(to.idle, 60);
    EXPECT_EQ(to.interval, 10);
    EXPECT_EQ(to.probes, 4);
    EXPECT_EQ(to.user_timeout_ms, 5000);
    EXPECT_THROW(read_keepalive_options(Json::object({{"99", 1}}), to, "x"), ConfigError);
    EXPECT_THROW(read_keepalive_options(Json::object({{"4", 0}}), to, "x"), ConfigError);
    EXPECT_THROW(read_keepalive_options(Json::array(), to, "x"), ConfigError);
}

TEST(ScriptDenial, NamesTheCommandOfTheLine) {
    const Script script{
        "s.lua", "local a = 1\nredis.call('ZADD', KEYS[1], 1, a)\n", "-- prelude\n"};
    const auto at = [](int line) {
        return "ERR The user executing the script can't run this command or subcommand script: "
               "0123, on @user_script:" +
               std::to_string(line) + ".";
    };
    EXPECT_EQ(denied_command(at(3), script), "ZADD (line 3)");
    EXPECT_EQ(denied_command(at(2), script), "line 2");
    EXPECT_EQ(denied_command(at(99), script), "line 99");
    EXPECT_EQ(
        denied_command(
            "ERR Error running script (call to f_01): @user_script:3: @user_script: 3: The user "
            "executing the script can't run this command or subcommand",
            script
        ),
        "ZADD (line 3)"
    );
    EXPECT_EQ(denied_command("ERR other", script), "");
}

std::vector<Server> three() {
    std::vector<Server> all;
    for (const auto* url : {"redis://a", "redis://b", "redis://c"})
        all.push_back({.url = parse_redis_url(url), .tls = {}, .password_file = {}});
    return all;
}

TEST(Servers, TakeTurnsRoundRobin) {
    Servers servers(three());
    std::string seen;
    for (int i = 0; i < 5; ++i) {
        const auto choice = servers.choice();
        seen += servers[choice.index].url.host;
        servers.failed(choice.turn, "away");
    }
    EXPECT_EQ(seen, "abcab");
}

TEST(Servers, ShuffledNeverTakeTheOneThatFailed) {
    Servers servers(three(), Servers::Strategy::Shuffle);
    for (int i = 0; i < 100; ++i) {
        const auto choice = servers.choice();
        servers.failed(choice.turn, "away");
        EXPECT_NE(servers.choice().index, choice.index);
    }
}

TEST(Servers, MoveOnOnceHoweverManyConnectionsFail) {
    Servers servers(three());
    const auto choice = servers.choice();
    for (int i = 0; i < 3; ++i) servers.failed(choice.turn, "away");
    EXPECT_EQ(servers.choice().index, 1u);
}

TEST(Servers, OfOneKindAreOneObjectInAProcess) {
    const auto first = shared_servers(three(), Servers::Strategy::RoundRobin);
    EXPECT_EQ(shared_servers(three(), Servers::Strategy::RoundRobin), first);
    EXPECT_NE(shared_servers(three(), Servers::Strategy::Shuffle), first);
    EXPECT_NE(shared_servers({three()[0]}, Servers::Strategy::RoundRobin), first);
}

}  // namespace
}  // namespace taskworker::redis
