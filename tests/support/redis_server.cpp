#include "support/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "base/url.hpp"
#include "redis/connection.hpp"

extern char** environ;

namespace taskworker::testing {

int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

std::string server_binary() {
    const char* named = std::getenv("TASKWORKER_REDIS_SERVER");
    return named && *named ? named : "redis-server";
}

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) {
    std::string pattern = std::filesystem::temp_directory_path() / "tw-redis-XXXXXX";
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
    folder_ = pattern;
    socket_ = folder_ + "/redis.sock";
    start();
}

RedisServer::~RedisServer() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string RedisServer::tcp_url(int db, const std::string& userinfo) const {
    return "redis://" + userinfo + "127.0.0.1:" + std::to_string(port_) + "/" + std::to_string(db);
}

std::string RedisServer::unix_url(int db) const {
    return "redis+socket://" + socket_ + "?virtual_host=" + std::to_string(db);
}

void RedisServer::start() {
    for (int attempt = 0; attempt < 5; ++attempt) {
        if (port_ == 0) port_ = free_port();
        spawn();
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (std::chrono::steady_clock::now() < until) {
            if (answers()) return;
            if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {  // the port was taken meanwhile
                pid_ = 0;
                break;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        port_ = pid_ == 0 ? 0 : port_;
    }
    throw std::runtime_error("redis-server did not start");
}

void RedisServer::spawn() {
    std::vector<std::string> words{
        server_binary(),
        "--port",
        std::to_string(port_),
        "--bind",
        "127.0.0.1",
        "--unixsocket",
        socket_,
        "--dir",
        folder_,
        "--save",
        "",
        "--logfile",
        folder_ + "/log",
        "--databases",
        "16"};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (::posix_spawnp(&pid_, argv[0], nullptr, nullptr, argv.data(), environ) != 0)
        throw std::runtime_error(words[0] + " is not installed");
}

// Any answer will do, also "no password given"; but not LOADING.
bool RedisServer::answers() const {
    try {
        redis::Connection connection({.url = parse_redis_url(unix_url()), .name = {}});
        connection.connect();
        return true;
    } catch (const redis::RedisError& error) {
        return error.kind() == redis::RedisError::Kind::Auth;
    }
}

void RedisServer::reap() {
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

void RedisServer::stop() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
    reap();
}

void RedisServer::kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    reap();
}

void RedisServer::pause() { ::kill(pid_, SIGSTOP); }
void RedisServer::resume() { ::kill(pid_, SIGCONT); }

RedisServer& shared_redis() {
    static RedisServer server;
    redis::Connection connection({.url = parse_redis_url(server.unix_url()), .name = {}});
    connection.call("FLUSHALL");
    connection.call("SCRIPT", "FLUSH");
    return server;
}

}  // namespace taskworker::testing
