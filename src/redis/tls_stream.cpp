#include "redis/tls_stream.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <limits>
#include <new>
#include <system_error>
#include <utility>

#include "redis/error.hpp"

namespace taskworker::redis {
namespace {

using Kind = RedisError::Kind;

// OpenSSL's own socket BIO would use write(), and a server that is gone would end us by SIGPIPE.
int finish(BIO* bio, const Stream::Io& io, int retry) {
    BIO_clear_retry_flags(bio);
    if (io.state == Stream::State::Done) return static_cast<int>(io.bytes);
    if (io.state == Stream::State::Closed) {
        errno = io.error;
        return io.error == 0 ? 0 : -1;
    }
    BIO_set_flags(bio, retry | BIO_FLAGS_SHOULD_RETRY);
    return -1;
}

SocketStream& socket_of(BIO* bio) { return *static_cast<SocketStream*>(BIO_get_data(bio)); }

int bio_write(BIO* bio, const char* bytes, int size) {
    return finish(
        bio, socket_of(bio).write(bytes, static_cast<std::size_t>(size)), BIO_FLAGS_WRITE
    );
}

int bio_read(BIO* bio, char* bytes, int size) {
    const auto io = socket_of(bio).read(bytes, static_cast<std::size_t>(size));
    if (io.state == Stream::State::Closed && io.error == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return finish(bio, io, BIO_FLAGS_READ);
}

long bio_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* make_bio(SocketStream& socket) {
    static BIO_METHOD* const method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "taskworker socket");
        BIO_meth_set_write(made, bio_write);
        BIO_meth_set_read(made, bio_read);
        BIO_meth_set_ctrl(made, bio_control);
        return made;
    }();
    BIO* bio = BIO_new(method);
    if (!bio) throw std::bad_alloc();
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

bool is_address(const std::string& host) {
    in6_addr v6;
    in_addr v4;
    return ::inet_pton(AF_INET, host.c_str(), &v4) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

}  // namespace

void TlsStream::Free::operator()(ssl_st* session) const { SSL_free(session); }

TlsStream::TlsStream(
    SocketStream socket,
    std::shared_ptr<const TlsContext> context,
    const RedisUrl& url,
    SteadyPoint until
)
    : socket_(std::move(socket)), context_(std::move(context)), session_(SSL_new(context_->get())) {
    if (!session_) throw std::bad_alloc();
    BIO* bio = make_bio(socket_);
    SSL_set_bio(session_.get(), bio, bio);
    name(url);
    shake_hands(url, until);
}

TlsStream::~TlsStream() {
    // Says goodbye if that is possible at once; nobody waits for the answer.
    if (trouble_.empty() && SSL_is_init_finished(session_.get())) SSL_shutdown(session_.get());
    ERR_clear_error();
}

void TlsStream::name(const RedisUrl& url) {
    const auto& options = context_->options();
    const auto& host = options.server_name.empty() ? url.host : options.server_name;
    const bool address = is_address(host);
    if (!address)  // SSL_set_tlsext_host_name() is a macro with a cast of C's
        SSL_ctrl(
            session_.get(),
            SSL_CTRL_SET_TLSEXT_HOSTNAME,
            TLSEXT_NAMETYPE_host_name,
            const_cast<char*>(host.c_str())
        );
    if (!options.check_hostname) return;
    auto* rules = SSL_get0_param(session_.get());
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool set = address ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1
                             : X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0) == 1;
    if (!set)
        throw RedisError(
            Kind::Refused,
            fmt::format("connect to {}: TLS: '{}' is no host name", url.redacted(), host)
        );
}

void TlsStream::shake_hands(const RedisUrl& url, SteadyPoint until) {
    for (;;) {
        ERR_clear_error();
        const int done = SSL_connect(session_.get());
        if (done == 1) return;
        const auto io = outcome(done);
        if (io.state == State::Closed) {
            throw RedisError(
                Kind::Refused, fmt::format("connect to {}: TLS: {}", url.redacted(), refusal(url))
            );
        }
        const short events = io.state == State::WantWrite ? POLLOUT : POLLIN;
        if (wait_for(fd(), events, until) == 0) {
            throw RedisError(
                Kind::Timeout,
                fmt::format(
                    "connect to {}: TLS: no answer to our greeting; does the server speak TLS "
                    "here?",
                    url.redacted()
                )
            );
        }
    }
}

// Why there is no connection, in words that help.
std::string TlsStream::refusal(const RedisUrl& url) const {
    const auto& options = context_->options();
    const auto& host = options.server_name.empty() ? url.host : options.server_name;
    const auto verified = SSL_get_verify_result(session_.get());
    if (options.verify == TlsOptions::Verify::Required && verified != X509_V_OK) {
        if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH)
            return fmt::format("the server's certificate is not for '{}'", host);
        return fmt::format(
            "the server's certificate is not trusted: {}", X509_verify_cert_error_string(verified)
        );
    }
    if (trouble_.find("wrong version number") != std::string::npos ||
        trouble_.find("packet length too long") != std::string::npos)
        return "the server does not speak TLS here";
    if (trouble_.empty()) return "the server closed the connection; does it speak TLS here?";
    return trouble_;
}

Stream::Io TlsStream::outcome(int moved) {
    const int system = errno;
    switch (SSL_get_error(session_.get(), moved)) {
        case SSL_ERROR_WANT_READ:
            return {State::WantRead};
        case SSL_ERROR_WANT_WRITE:
            return {State::WantWrite};
        case SSL_ERROR_ZERO_RETURN:
            return {State::Closed};
        case SSL_ERROR_SYSCALL:
            if (ERR_peek_error() == 0) {
                if (system != 0) trouble_ = std::generic_category().message(system);
                return {State::Closed, 0, system};
            }
            break;
        default:
            break;
    }
    trouble_ = tls_complaint();
    if (trouble_.empty()) trouble_ = "TLS failed";
    return {State::Closed};
}

Stream::Io TlsStream::read(char* bytes, std::size_t size) {
    ERR_clear_error();
    const auto most = std::min<std::size_t>(size, std::numeric_limits<int>::max());
    const int n = SSL_read(session_.get(), bytes, static_cast<int>(most));
    if (n > 0) return {State::Done, static_cast<std::size_t>(n)};
    return outcome(n);
}

Stream::Io TlsStream::write(const char* bytes, std::size_t size) {
    ERR_clear_error();
    const auto most = std::min<std::size_t>(size, std::numeric_limits<int>::max());
    const int n = SSL_write(session_.get(), bytes, static_cast<int>(most));
    if (n > 0) return {State::Done, static_cast<std::size_t>(n)};
    return outcome(n);
}

bool TlsStream::buffered() const { return SSL_pending(session_.get()) > 0; }

}  // namespace taskworker::redis
