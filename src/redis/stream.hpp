#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/url.hpp"

namespace taskworker::redis {

// Bytes to and from a server, never blocking. A TLS stream may want to write in order to read,
// hence the two wants of an answer.
class Stream {
public:
    enum class State { Done, WantRead, WantWrite, Closed };
    struct Io {
        State state = State::Done;
        std::size_t bytes = 0;  // moved, if Done
        int error = 0;          // errno, if Closed; 0: the other side ended it
    };
    virtual ~Stream() = default;
    virtual Io read(char* bytes, std::size_t size) = 0;
    virtual Io write(const char* bytes, std::size_t size) = 0;
    virtual int fd() const = 0;
    virtual bool buffered() const { return false; }  // bytes that poll() does not see
    // Why it was closed, when errno cannot say it.
    virtual std::string trouble() const { return {}; }
};

class TlsContext;

// How the system watches a TCP connection on which nothing happens. Unsent or unanswered data
// counts too: a host that is gone is seen after idle + probes * interval.
struct Keepalive {
    bool on = true;
    int idle = 15, interval = 5, probes = 3;  // seconds, seconds, number
    int user_timeout_ms = 30'000;
    bool operator==(const Keepalive&) const = default;
};

// A connection to this server, ready to use before `until`; with TLS if there is a context. Throws
// RedisError Refused or Timeout.
std::unique_ptr<Stream> open_stream(
    const RedisUrl& url,
    const std::shared_ptr<const TlsContext>& tls,
    const Keepalive& keepalive,
    SteadyPoint until
);

// Waits until the descriptor is ready for `events` (poll's) or the time is over: what is ready, or
// 0.
short wait_for(int fd, short events, SteadyPoint until);

}  // namespace taskworker::redis
