#pragma once

#include <memory>
#include <string>

#include "redis/tls_options.hpp"

struct ssl_ctx_st;

namespace taskworker::redis {

// What all TLS connections to one server share: trusted authorities and our certificate, read from
// their files once. Immutable, so any thread may use it.
class TlsContext {
public:
    // Throws ConfigError: a file is missing or is not what it should be.
    explicit TlsContext(TlsOptions options);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    const TlsOptions& options() const { return options_; }
    ssl_ctx_st* get() const { return context_.get(); }
    bool outdated() const;  // a file has changed since

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    void trust();
    void present();
    std::string stamps() const;

    const TlsOptions options_;
    std::unique_ptr<ssl_ctx_st, Free> context_;
    std::string stamps_;  // of the files, as they were
};

// OpenSSL's oldest complaint of this thread as one line, and forgets the rest.
std::string tls_complaint();

}  // namespace taskworker::redis
