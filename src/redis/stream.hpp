#pragma once

#include <cstddef>
#include <memory>

#include "base/clock.hpp"
#include "base/url.hpp"

namespace taskworker::redis {

// Bytes to and from a server, never blocking. The seam where TLS goes in: a TLS stream may want to
// write in order to read, hence the `want` of an answer.
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
};

// A socket to this server, connected before `until`. Throws RedisError Refused or Timeout.
std::unique_ptr<Stream> open_stream(const RedisUrl& url, SteadyPoint until);

// Waits until the descriptor is ready for `events` (poll's) or the time is over: what is ready, or
// 0.
short wait_for(int fd, short events, SteadyPoint until);

}  // namespace taskworker::redis
