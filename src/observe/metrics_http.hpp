#pragma once

#include <functional>
#include <memory>
#include <string>

namespace taskworker {

// What one port tells: /metrics, and for Kubernetes and its like /livez, /readyz, /startupz (200 or
// 503, with one line why). GET only. Threads of its own.
class MetricsHttp {
public:
    struct Health {
        bool good = true;
        std::string why = "ok";
    };
    struct Pages {
        std::function<std::string()> metrics;
        std::function<Health()> live, ready, started;
    };

    // `address` is "host:port", "[::1]:port" or a port alone, then of this machine only; port 0
    // takes any that is free. Throws ConfigError: no address, or it is taken.
    MetricsHttp(const std::string& address, Pages pages);
    ~MetricsHttp();
    int port() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace taskworker
