#pragma once

#include <memory>
#include <string>

#include "redis/socket_stream.hpp"
#include "redis/tls_context.hpp"

struct ssl_st;

namespace taskworker::redis {

// TLS over a socket of ours: OpenSSL encrypts, the socket stays as non-blocking as it was.
class TlsStream final : public Stream {
public:
    // Shakes hands before `until`; verifies as the context says. Throws RedisError Refused or
    // Timeout.
    TlsStream(
        SocketStream socket,
        std::shared_ptr<const TlsContext> context,
        const RedisUrl& url,
        SteadyPoint until
    );
    ~TlsStream() override;
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    Io read(char* bytes, std::size_t size) override;
    Io write(const char* bytes, std::size_t size) override;
    int fd() const override { return socket_.fd(); }
    bool buffered() const override;
    std::string trouble() const override { return trouble_; }

private:
    struct Free {
        void operator()(ssl_st* session) const;
    };
    void name(const RedisUrl& url);
    void shake_hands(const RedisUrl& url, SteadyPoint until);
    Io outcome(int moved);
    std::string refusal(const RedisUrl& url) const;

    SocketStream socket_;
    std::shared_ptr<const TlsContext> context_;  // shared by all connections to this server
    std::unique_ptr<ssl_st, Free> session_;
    std::string trouble_;
};

}  // namespace taskworker::redis
