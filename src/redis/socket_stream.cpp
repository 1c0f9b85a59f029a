#include "redis/socket_stream.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#include "redis/error.hpp"
#include "redis/tls_stream.hpp"

namespace taskworker::redis {
namespace {

using Kind = RedisError::Kind;

[[noreturn]] void refuse(const RedisUrl& url, Kind kind, const std::string& why) {
    throw RedisError(kind, fmt::format("connect to {}: {}", url.redacted(), why));
}

std::string text_of(int error) { return std::generic_category().message(error); }

// Returns errno, 0 when connected, -1 when the time was over.
int connect_until(int fd, const sockaddr* address, socklen_t size, SteadyPoint until) {
    if (::connect(fd, address, size) == 0) return 0;
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    if (wait_for(fd, POLLOUT, until) == 0) return -1;
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
    return error;
}

void set(int fd, int level, int option, int value) {
    (void)::setsockopt(fd, level, option, &value, sizeof value);  // what is refused is only slower
}

void tune(int fd, const Keepalive& keepalive) {
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, keepalive.user_timeout_ms);
    if (!keepalive.on) return;
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idle);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.interval);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, keepalive.probes);
}

}  // namespace

Descriptor::~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

short wait_for(int fd, short events, SteadyPoint until) {
    using namespace std::chrono;
    for (;;) {
        const auto left = duration_cast<milliseconds>(until - steady_clock::now() + 999us).count();
        pollfd waiting{fd, events, 0};
        const int n = ::poll(&waiting, 1, static_cast<int>(std::clamp<long long>(left, 0, 60'000)));
        if (n > 0) return waiting.revents;
        if (n < 0 && errno != EINTR) return POLLERR;
        if (n == 0 && steady_clock::now() >= until) return 0;
    }
}

Stream::Io SocketStream::read(char* bytes, std::size_t size) {
    for (;;) {
        const auto n = ::recv(fd(), bytes, size, 0);
        if (n > 0) return {State::Done, static_cast<std::size_t>(n)};
        if (n == 0) return {State::Closed};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::WantRead};
        if (errno != EINTR) return {State::Closed, 0, errno};
    }
}

Stream::Io SocketStream::write(const char* bytes, std::size_t size) {
    for (;;) {
        const auto n = ::send(fd(), bytes, size, MSG_NOSIGNAL);
        if (n >= 0) return {State::Done, static_cast<std::size_t>(n)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {State::WantWrite};
        if (errno != EINTR) return {State::Closed, 0, errno};
    }
}

Descriptor connect_unix(const RedisUrl& url, SteadyPoint until) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (url.socket_path.size() >= sizeof address.sun_path)
        refuse(url, Kind::Refused, "the path of the socket is too long");
    std::memcpy(address.sun_path, url.socket_path.data(), url.socket_path.size());
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) refuse(url, Kind::Refused, text_of(errno));
    int error = 0;
    // A unix socket whose backlog is full answers EAGAIN at once and cannot be polled for room.
    do {
        error = connect_until(
            socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address, until
        );
        if (error == EAGAIN) ::poll(nullptr, 0, 1);
    } while (error == EAGAIN && std::chrono::steady_clock::now() < until);
    if (error < 0) refuse(url, Kind::Timeout, "timed out");
    if (error > 0) refuse(url, Kind::Refused, text_of(error));
    return socket;
}

Descriptor connect_tcp(const RedisUrl& url, const Keepalive& keepalive, SteadyPoint until) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
    addrinfo* raw = nullptr;
    const int failed =
        ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &raw);
    if (failed) refuse(url, Kind::Refused, ::gai_strerror(failed));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(raw, ::freeaddrinfo);
    int error = 0, left = 0;
    for (const auto* at = addresses.get(); at; at = at->ai_next) ++left;
    for (const auto* at = addresses.get(); at; at = at->ai_next, --left) {
        Descriptor socket(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        // An address that swallows packets leaves time for the others.
        const auto now = std::chrono::steady_clock::now();
        const auto mine = now + (until - now) / left;
        error = socket.get() < 0 ? errno
                                 : connect_until(socket.get(), at->ai_addr, at->ai_addrlen, mine);
        if (error == 0) {
            tune(socket.get(), keepalive);
            return socket;
        }
    }
    if (error < 0) refuse(url, Kind::Timeout, "timed out");
    refuse(url, Kind::Refused, text_of(error));
}

std::unique_ptr<Stream> open_stream(
    const RedisUrl& url,
    const std::shared_ptr<const TlsContext>& tls,
    const Keepalive& keepalive,
    SteadyPoint until
) {
    SocketStream socket(
        url.unix_socket() ? connect_unix(url, until) : connect_tcp(url, keepalive, until)
    );
    if (tls) return std::make_unique<TlsStream>(std::move(socket), tls, url, until);
    return std::make_unique<SocketStream>(std::move(socket));
}

}  // namespace taskworker::redis
