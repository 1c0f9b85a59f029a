#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.hpp"

namespace taskworker::log {

// Where lines go between start() and stop(): over spdlog's thread, or at once. Thread-safe.
class Backend {
public:
    explicit Backend(Options options);
    ~Backend();  // writes what is waiting
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    void post(Level level, std::string_view process, std::string_view text);
    void post_raw(Level level, std::string_view lines);
    void flush();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace taskworker::log
