#include "base/log_backend.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <optional>

#include "base/log_files.hpp"
#include "base/log_format.hpp"
#include "base/log_line.hpp"

namespace taskworker::log {
namespace {

constexpr std::size_t kQueue = 512;       // spdlog's default of 8,192 slots takes 3 MiB
constexpr std::size_t kBuffer = 1 << 14;  // bytes that may wait while more lines are waiting
// A payload is seven fields with this behind each, then the text; or this alone, then raw lines.
constexpr char kFieldEnd = '\x1f';

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

int number_in(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Takes the text up to the next end of a field.
std::string_view next_field(std::string_view& rest) {
    const auto field = rest.substr(0, rest.find(kFieldEnd));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    return field;
}

std::shared_ptr<const LineFormat> format_or(
    const std::shared_ptr<const LineFormat>& given, std::string_view fallback
) {
    return given ? given : std::make_shared<const LineFormat>(fallback);
}

class LineSink final : public spdlog::sinks::sink {
public:
    explicit LineSink(const Options& options)
        : descriptor_(options.descriptor),
          colour_(options.colour.value_or(
              !options.sink && !options.file && ::isatty(options.descriptor) == 1
          )),
          json_(options.form == Form::Json),
          format_(format_or(options.format, LineFormat::kCelery)),
          task_format_(format_or(options.task_format, LineFormat::kCeleryTask)),
          taker_(options.sink) {
        if (options.file) files_.emplace(options.file);
    }

    void log(const spdlog::details::log_msg& message) override {
        const std::lock_guard lock(mutex_);
        const auto level = our_level(message.level);
        line_.clear();
        const auto colour = colour_ && !json_ ? colour_of(level) : std::string_view();
        line_ += colour;
        const int index = append_line(level, message);
        if (!colour.empty()) line_ += kColourOff;
        deliver(level, index);
        const auto written = written_.fetch_add(1) + 1;
        if (waiting_ >= kBuffer || written >= posted_.load()) write_out();
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

    void reopen() {
        const std::lock_guard lock(mutex_);
        write_out();
        if (files_) files_->close();
    }

private:
    // Returns the index of the process whose line it is.
    int append_line(Level level, const spdlog::details::log_msg& message) {
        std::string_view rest(message.payload.data(), message.payload.size());
        Record record{.level = level, .at = message.time, .process = next_field(rest)};
        if (record.process.empty()) {
            line_ += rest;
            return 0;
        }
        record.pid = number_in(next_field(rest));
        const int index = number_in(next_field(rest));
        record.logger = next_field(rest);
        record.task = next_field(rest);
        record.id = next_field(rest);
        const bool by_task = !next_field(rest).empty();
        record.text = rest;
        if (json_) {
            append_json(line_, record);
        } else {
            (by_task ? task_format_ : format_)->append(line_, record);
        }
        return index;
    }

    void deliver(Level level, int index) {
        if (taker_) {
            taker_(level, line_);
            return;
        }
        auto& buffer = buffers_[files_ ? index : 0];
        buffer += line_;
        buffer += '\n';
        waiting_ += line_.size() + 1;
    }

    void write_out() {
        for (auto& [index, buffer] : buffers_) {
            if (buffer.empty()) continue;
            if (!files_ || !files_->append(index, buffer)) write_all(descriptor_, buffer);
            buffer.clear();
        }
        waiting_ = 0;
        done_.store(written_.load());
        done_.notify_all();
    }

    const int descriptor_;
    const bool colour_, json_;
    const std::shared_ptr<const LineFormat> format_, task_format_;
    const std::function<void(Level, std::string_view)> taker_;
    std::mutex mutex_;
    std::optional<LogFiles> files_;                                // guarded by mutex_
    std::string line_;                                             // guarded by mutex_
    std::map<int, std::string> buffers_;                           // guarded by mutex_, by index
    std::size_t waiting_ = 0;                                      // bytes in all buffers
    std::atomic<std::uint64_t> posted_{0}, written_{0}, done_{0};  // lines
};

void append_field(fmt::memory_buffer& payload, std::string_view field) {
    payload.append(field);
    payload.push_back(kFieldEnd);
}

// Of others, so it may hold anything, the end of a field as well.
void append_name(fmt::memory_buffer& payload, std::string_view name) {
    const auto begin = payload.size();
    append_field(payload, name);
    std::replace(payload.data() + begin, payload.data() + payload.size() - 1, kFieldEnd, '?');
}

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

void Backend::post(const Post& post) {
    fmt::memory_buffer payload;
    append_name(payload, post.process.empty() ? std::string_view("?") : post.process);
    append_field(payload, fmt::format_int(post.pid).c_str());
    append_field(payload, fmt::format_int(post.index).c_str());
    append_field(payload, post.logger);
    append_name(payload, post.task);
    append_name(payload, post.id);
    append_field(payload, post.by_task ? "t" : "");
    payload.append(post.text);
    impl_->send(post.level, {payload.data(), payload.size()});
}

void Backend::post_raw(Level level, std::string_view lines) {
    std::string payload(1, kFieldEnd);
    payload += lines;
    impl_->send(level, payload);
}

void Backend::reopen() { impl_->sink->reopen(); }

void Backend::flush() { impl_->sink->wait(); }

}  // namespace taskworker::log
