#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace taskworker::testing {

// What is started: $TASKWORKER_REDIS_SERVER, else redis-server. So the tests run against any
// version, Valkey included.
std::string server_binary();

// A private redis-server in a folder of its own: on a unix socket and on a loopback port. Stopped
// by its pid when this object goes. Not thread-safe.
class RedisServer {
public:
    // `options` as on its command line: {"--requirepass", "secret"}.
    explicit RedisServer(std::vector<std::string> options = {});
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    const std::string& socket() const { return socket_; }
    int port() const { return port_; }
    std::string tcp_url(int db = 0, const std::string& userinfo = {})
        const;  // userinfo: "user:pw@"
    std::string unix_url(int db = 0) const;

    void start();
    void stop();   // with SHUTDOWN's care: what must be on disk is
    void kill();   // as a crash
    void pause();  // SIGSTOP
    void resume();

private:
    void spawn();
    bool answers() const;
    void reap();

    std::vector<std::string> options_;
    std::string folder_, socket_;
    int port_ = 0;
    pid_t pid_ = 0;
};

// A loopback port that nobody listens on at the moment.
int free_port();

// The server that tests without wishes of their own share; emptied for every caller. Started at the
// first call, stopped when the process ends.
RedisServer& shared_redis();

}  // namespace taskworker::testing
