#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

struct redisContext;

namespace conformance {

// The Redis into which tasks record what they did, apart from broker and results. One connection
// per process, made at the first use; may be used by several tasks at once. Throws TaskError.
class SideChannel {
public:
    // redis://[[user]:password@]host[:port][/db], unix://…/path?db=n,
    // redis+socket://…/path?virtual_host=n
    explicit SideChannel(const std::string& url);
    ~SideChannel();
    SideChannel(const SideChannel&) = delete;
    SideChannel& operator=(const SideChannel&) = delete;

    // RPUSH; returns the new length. A lost connection is opened again once.
    std::int64_t push(std::string_view key, std::string_view value);
    std::int64_t increment(std::string_view key);  // INCR; returns the new value

private:
    struct Close {
        void operator()(redisContext* context) const;
    };
    using Connection = std::unique_ptr<redisContext, Close>;

    Connection connect() const;
    std::int64_t ask(const std::vector<std::string_view>& command);

    std::string host_, path_, user_, password_, database_ = "0";
    int port_ = 6379;
    std::mutex mutex_;
    Connection connection_;  // guarded by mutex_
};

}  // namespace conformance
