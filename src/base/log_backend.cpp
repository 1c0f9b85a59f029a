#include "base/log_backend.hpp"

#include <poll.h>
#include <spdlog/async.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "base/log_line.hpp"

namespace taskworker::log {
namespace {

constexpr std::size_t kQueue = 512;       // spdlog's default of 8,192 slots takes 3 MiB
constexpr std::size_t kBuffer = 1 << 14;  // bytes that may wait while more lines are waiting
constexpr char kProcessEnd = '\x1f';  // payload: process, this, text; or only this and raw lines

// A log must not stop the worker: what cannot be written within a second is dropped.
void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::write(descriptor, bytes.data(), bytes.size());
        if (n > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
        } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            pollfd ready{descriptor, POLLOUT, 0};
            if (::poll(&ready, 1, 1000) <= 0) return;
        } else if (n == 0 || errno != EINTR) {
            return;
        }
    }
}

Level our_level(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug:
            return Level::Debug;
        case spdlog::level::info:
            return Level::Info;
        case spdlog::level::warn:
            return Level::Warning;
        case spdlog::level::err:
            return Level::Error;
        default:
            return Level::Critical;
    }
}

spdlog::level::level_enum their_level(Level level) {
    switch (level) {
        case Level::Debug:
            return spdlog::level::debug;
        case Level::Info:
            return spdlog::level::info;
        case Level::Warning:
            return spdlog::level::warn;
        case Level::Error:
            return spdlog::level::err;
        case Level::Critical:
            return spdlog::level::critical;
    }
    return spdlog::level::critical;
}

class LineSink final : public spdlog::sinks::sink {
public:
    explicit LineSink(const Options& options)
        : descriptor_(options.descriptor),
          colour_(options.colour.value_or(!options.sink && ::isatty(options.descriptor) == 1)),
          taker_(options.sink) {}

    void log(const spdlog::details::log_msg& message) override {
        const std::lock_guard lock(mutex_);
        const auto level = our_level(message.level);
        const std::string_view payload(message.payload.data(), message.payload.size());
        const auto end = payload.find(kProcessEnd);
        const auto process = payload.substr(0, end);
        const auto text = payload.substr(end + 1);
        line_.clear();
        const auto colour = colour_ ? colour_of(level) : std::string_view();
        line_ += colour;
        if (process.empty()) {
            line_ += text;
        } else {
            append_line(line_, level, message.time, process, text);
        }
        if (!colour.empty()) line_ += kColourOff;
        deliver(level);
        const auto written = written_.fetch_add(1) + 1;
        if (buffer_.size() >= kBuffer || written >= posted_.load()) write_out();
    }

    void flush() override {
        const std::lock_guard lock(mutex_);
        write_out();
    }
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

    void announce() { posted_.fetch_add(1); }

    // Until everything that was announced before is out.
    void wait() {
        const auto target = posted_.load();
        for (auto done = done_.load(); done < target; done = done_.load()) done_.wait(done);
    }

private:
    void deliver(Level level) {
        if (taker_) {
            taker_(level, line_);
        } else {
            buffer_ += line_;
            buffer_ += '\n';
        }
    }

    void write_out() {
        write_all(descriptor_, buffer_);
        buffer_.clear();
        done_.store(written_.load());
        done_.notify_all();
    }

    const int descriptor_;
    const bool colour_;
    const std::function<void(Level, std::string_view)> taker_;
    std::mutex mutex_;
    std::string line_, buffer_;                                    // guarded by mutex_
    std::atomic<std::uint64_t> posted_{0}, written_{0}, done_{0};  // lines
};

}  // namespace

struct Backend::Impl {
    explicit Impl(const Options& options) : sink(std::make_shared<LineSink>(options)) {
        if (options.asynchronous) {
            pool = std::make_shared<spdlog::details::thread_pool>(kQueue, 1);
            logger = std::make_shared<spdlog::async_logger>(
                "", sink, pool, spdlog::async_overflow_policy::block
            );
        } else {
            logger = std::make_shared<spdlog::logger>("", sink);
        }
        logger->set_level(spdlog::level::trace);
        logger->set_error_handler([](const std::string&) {});
    }

    void send(Level level, std::string_view payload) {
        sink->announce();
        logger->log(their_level(level), spdlog::string_view_t(payload.data(), payload.size()));
    }

    std::shared_ptr<LineSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;  // shared: as spdlog wants it
    std::shared_ptr<spdlog::logger> logger;
};

Backend::Backend(Options options) : impl_(std::make_unique<Impl>(options)) {}

Backend::~Backend() {
    impl_->pool.reset();  // joins the thread after the last line
    impl_->sink->flush();
}

void Backend::post(Level level, std::string_view process, std::string_view text) {
    fmt::memory_buffer payload;
    payload.append(process);
    payload.push_back(kProcessEnd);
    payload.append(text);
    impl_->send(level, {payload.data(), payload.size()});
}

void Backend::post_raw(Level level, std::string_view lines) { post(level, "", lines); }

void Backend::flush() { impl_->sink->wait(); }

}  // namespace taskworker::log
