#include "observe/metrics_http.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <thread>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kThreads = 2;

struct Address {
    std::string host = "127.0.0.1";
    int port = 0;
};

[[noreturn]] void refuse_address(const std::string& text, std::string_view why) {
    throw ConfigError(fmt::format("worker_http: '{}': {}", text, why));
}

Address read_address(const std::string& text) {
    Address address;
    const auto colon = text.rfind(':');
    std::string_view port = text;
    if (colon != text.npos) {
        auto host = std::string_view(text).substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
        if (!host.empty()) address.host = host;
        port = std::string_view(text).substr(colon + 1);
    }
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (port.empty() || error != std::errc() || end != port.data() + port.size() ||
        address.port < 0 || address.port > 65535)
        refuse_address(text, "must be HOST:PORT or PORT");
    return address;
}

}  // namespace

struct MetricsHttp::State {
    httplib::Server server;
    int port = 0;
    std::thread thread;
};

MetricsHttp::MetricsHttp(const std::string& text, Pages pages) : state_(std::make_unique<State>()) {
    const auto address = read_address(text);
    auto& server = state_->server;
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    // Not its SO_REUSEPORT: a second worker on the same port would get half of the probes.
    server.set_socket_options([](socket_t socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.set_payload_max_length(4096);
    server.set_read_timeout(5);
    server.set_write_timeout(5);
    server.set_keep_alive_max_count(100);
    server.Get(
        "/metrics",
        [metrics = pages.metrics](const httplib::Request&, httplib::Response& to) {
            to.set_content(metrics(), "text/plain; version=0.0.4; charset=utf-8");
        }
    );
    const auto add = [&](const char* path, const std::function<Health()>& health) {
        server.Get(path, [health](const httplib::Request&, httplib::Response& to) {
            const auto now = health();
            to.status = now.good ? 200 : 503;
            to.set_content(now.why + "\n", "text/plain; charset=utf-8");
        });
    };
    add("/livez", pages.live);
    add("/readyz", pages.ready);
    add("/startupz", pages.started);
    const bool any = address.port == 0;
    state_->port = any ? server.bind_to_any_port(address.host.c_str()) : address.port;
    if (state_->port < 0 || (!any && !server.bind_to_port(address.host.c_str(), address.port)))
        refuse_address(text, "the address cannot be had; is the port taken?");
    state_->thread = std::thread([this] { state_->server.listen_after_bind(); });
    while (!state_->server.is_running() && state_->thread.joinable()) std::this_thread::yield();
}

MetricsHttp::~MetricsHttp() {
    state_->server.stop();
    state_->thread.join();
}

int MetricsHttp::port() const { return state_->port; }

}  // namespace taskworker
