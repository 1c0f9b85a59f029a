#pragma once

#include "redis/stream.hpp"

namespace taskworker::redis {

// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();
    int get() const { return fd_; }

private:
    int fd_;
};

// TCP or unix socket, non-blocking.
class SocketStream final : public Stream {
public:
    explicit SocketStream(Descriptor socket) : socket_(std::move(socket)) {}
    Io read(char* bytes, std::size_t size) override;
    Io write(const char* bytes, std::size_t size) override;
    int fd() const override { return socket_.get(); }

private:
    Descriptor socket_;
};

Descriptor connect_unix(const RedisUrl& url, SteadyPoint until);
Descriptor connect_tcp(const RedisUrl& url, const Keepalive& keepalive, SteadyPoint until);

}  // namespace taskworker::redis
