#pragma once

#include <memory>
#include <string_view>

#include "base/log.hpp"

namespace taskworker::log {

// One line on its way to the backend.
struct Post {
    Level level = Level::Info;
    std::string_view process = {};
    int pid = 0, index = 0;  // of the process; 0: ours
    std::string_view logger = {}, task = {}, id = {}, text = {};
    bool by_task = false;
};

// Where lines go between start() and stop(): over spdlog's thread, or at once. Thread-safe.
class Backend {
public:
    explicit Backend(Options options);
    ~Backend();  // writes what is waiting
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    void post(const Post& post);
    void post_raw(Level level, std::string_view lines);
    void flush();
    void reopen();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace taskworker::log
