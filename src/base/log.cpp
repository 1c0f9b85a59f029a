#include "base/log.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "base/log_backend.hpp"
#include "base/log_line.hpp"

namespace taskworker::log {
namespace {

// The one global of the project: a log line may come from anywhere, also before main has built
// things.
struct State {
    std::mutex mutex;
    std::shared_ptr<Backend> backend;     // guarded by mutex; shared with writers under way
    std::string process = "MainProcess";  // guarded by mutex
    std::atomic<Level> level{Level::Warning};
};

State& state() {
    static State* const it = new State;  // never destroyed: threads may log while the process ends
    return *it;
}

struct Target {
    std::shared_ptr<Backend> backend;
    std::string process;
};

Target target() {
    const std::lock_guard lock(state().mutex);
    if (!state().backend)
        state().backend = std::make_shared<Backend>(Options{.asynchronous = false});
    return {state().backend, state().process};
}

std::shared_ptr<Backend> swap_backend(std::shared_ptr<Backend> next) {
    const std::lock_guard lock(state().mutex);
    return std::exchange(state().backend, std::move(next));
}

}  // namespace

const char* name_of(Level level) {
    switch (level) {
        case Level::Debug:
            return "DEBUG";
        case Level::Info:
            return "INFO";
        case Level::Warning:
            return "WARNING";
        case Level::Error:
            return "ERROR";
        case Level::Critical:
            return "CRITICAL";
    }
    return "CRITICAL";
}

std::optional<Level> level_from(std::string_view name) {
    std::string upper(name);
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
        return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    });
    if (upper == "WARN") return Level::Warning;
    if (upper == "FATAL") return Level::Critical;
    for (const auto level :
         {Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical}) {
        if (upper == name_of(level)) return level;
    }
    return std::nullopt;
}

void start(Options options) {
    set_level(options.level);
    set_process(options.process);
    const auto last = swap_backend(std::make_shared<Backend>(std::move(options)));
}

void stop() { const auto last = swap_backend(nullptr); }

void flush() { target().backend->flush(); }

void set_level(Level level) { state().level.store(level, std::memory_order_relaxed); }

void set_process(std::string name) {
    const std::lock_guard lock(state().mutex);
    state().process = std::move(name);
}

Level level() { return state().level.load(std::memory_order_relaxed); }

bool enabled(Level wanted) { return wanted >= level(); }

void write(Level level, std::string_view text) { write_as(level, "", text); }

void write_as(Level level, std::string_view process, std::string_view text) {
    if (!enabled(level)) return;
    const auto to = target();
    to.backend->post(level, process.empty() ? std::string_view(to.process) : process, text);
}

void task(
    Level level,
    std::string_view process,
    std::string_view task_name,
    std::string_view id,
    std::string_view text
) {
    if (!enabled(level)) return;
    std::string line;
    append_safe_word(line, task_name);
    line += '[';
    append_safe_word(line, id);
    line += "]: ";
    line += text;
    write_as(level, process, line);
}

void raw(Level level, std::string_view lines) {
    if (enabled(level)) target().backend->post_raw(level, lines);
}

}  // namespace taskworker::log
