#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/redis_transport.hpp"
#include "redis/connection.hpp"
#include "support/redis_server.hpp"
#include "taskworker/config.hpp"

namespace taskworker::testing {

// Broker and backend on one server, and a bare connection to look what lies there.
class RedisRig {
public:
    explicit RedisRig(RedisServer& server = shared_redis());

    Settings settings;  // to be changed before transport()
    redis::Connection& raw() { return *raw_; }
    RedisServer& server() { return server_; }

    // A worker of this id; the lifetimes are short, so that the dead are found at once.
    std::unique_ptr<RedisTransport> worker(const std::string& id, Lifetimes lifetimes = quick());
    static Lifetimes quick();

    void push(const std::string& list, const std::string& message) {
        raw().call("LPUSH", list, message);
    }
    std::size_t length(const std::string& list);
    std::vector<std::string> list(const std::string& key);  // LRANGE 0 -1
    std::vector<std::string> keys(const std::string& pattern = "*");
    std::size_t leased() { return static_cast<std::size_t>(raw().call("HLEN", "unacked").integer); }

private:
    RedisServer& server_;
    std::unique_ptr<redis::Connection> raw_;
};

// A message as Celery's producer writes it.
std::string message(const std::string& id, const std::string& task = "add", int priority = 0);

SteadyPoint soon(int milliseconds);  // from now

// The deliveries of a fetch; fails the test if there is something else.
std::vector<Delivery> deliveries(std::vector<Fetched> fetched);
std::vector<std::string> ids(const std::vector<Delivery>& deliveries);
// Fetches until nothing comes for a while.
std::vector<Delivery> fetch_all(Broker& broker, std::size_t room = 1000);

}  // namespace taskworker::testing
