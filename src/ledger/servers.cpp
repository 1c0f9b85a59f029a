#include "ledger/servers.hpp"

#include <algorithm>
#include <string>

#include "backend/open_backend.hpp"
#include "broker/broker_address.hpp"

namespace taskworker {
namespace {

// The process behind a connection. Empty if the ACL hides it.
std::string run_id(redis::Connection& connection) {
    connection.out().command("INFO", "server");
    const auto replies = connection.round_trip();
    if (replies.front().error()) return {};
    const std::string& text = replies.front().text;
    const auto at = text.find("run_id:");
    return at == std::string::npos ? std::string() : text.substr(at + 7, 40);
}

bool same_address(const RedisUrl& a, const RedisUrl& b) {
    return a.scheme == b.scheme && a.host == b.host && a.port == b.port &&
           a.socket_path == b.socket_path;
}

// SELECT within a script is a right of its own.
bool may_select(redis::Connection& connection, int db) {
    connection.out().command("EVAL", "return redis.pcall('SELECT', ARGV[1])", "0", db);
    return !connection.round_trip().front().error();
}

}  // namespace

Servers servers_of(const Settings& settings) {
    Servers servers{
        .broker = address_to_read(settings).connection("taskworker:ledger"),
        .results = {},
        .writer = {}};
    if (reads_and_writes_elsewhere(settings))
        servers.writer = address_to_write(settings).connection("taskworker:ledger");
    if (stores_results(settings)) {
        servers.results = result_server(settings);
        // Celery waits for two minutes: too long for ends that have to flow again soon.
        servers.results->timeout = std::min(servers.results->timeout, servers.broker.timeout);
    }
    return servers;
}

bool are_one_server(redis::Connection& broker, redis::Connection& results) {
    broker.connect();
    const auto id = run_id(broker);
    try {
        results.connect();
    } catch (const redis::RedisError&) {
        if (same_address(broker.url(), results.url())) throw;
        return false;
    }
    return id.empty() ? same_address(broker.url(), results.url()) : id == run_id(results);
}

bool share_a_server(redis::Connection& broker, redis::Connection& results, int db) {
    return broker.url().user == results.url().user && are_one_server(broker, results) &&
           may_select(broker, db);
}

}  // namespace taskworker
