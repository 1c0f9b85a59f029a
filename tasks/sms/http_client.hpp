#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace shop {

struct HttpResponse {
    long status = 0;
    std::string body;
};

// POST over HTTP or HTTPS by libcurl. Certificates are checked, redirects are not followed,
// connections are kept for the next call. Called from several threads at once.
class HttpClient {
public:
    struct Limits {
        long connect_ms = 3000;
        long total_ms = 10000;
        std::size_t body = 1 << 20;  // bytes of an answer
    };
    HttpClient() : HttpClient(Limits()) {}
    explicit HttpClient(Limits limits);
    ~HttpClient();

    // Throws GatewayBusy when there was no whole answer: refused, too slow, cut, too long.
    HttpResponse post(
        const std::string& url, const std::vector<std::string>& headers, const std::string& body
    );

private:
    struct Close {
        void operator()(void* handle) const;
    };
    using Handle = std::unique_ptr<void, Close>;
    Handle take();

    const Limits limits_;
    std::mutex mutex_;
    std::vector<Handle> idle_;  // guarded by mutex_; each keeps its connection open
};

}  // namespace shop
