#include "base/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "base/log_backend.hpp"

namespace taskworker::log {
namespace {

struct Known {
    int pid = 0, index = 0;
};

// Lines about what a process did may come for a while after its end.
constexpr std::size_t kRemembered = 256;

// The one global of the project: a log line may come from anywhere, also before main has built
// things.
struct State {
    std::mutex mutex;
    std::shared_ptr<Backend> backend;     // guarded by mutex; shared with writers under way
    std::string process = "MainProcess";  // guarded by mutex
    std::map<std::string, Known, std::less<>> others;  // guarded by mutex
    std::deque<std::string> gone;  // guarded by mutex; of others, those that have ended
    std::atomic<Level> level{Level::Warning};
};

State& state() {
    static State* const it = new State;  // never destroyed: threads may log while the process ends
    return *it;
}

struct Target {
    std::shared_ptr<Backend> backend;
    std::string process;  // the name of the one that speaks
    Known known;
};

Target target(std::string_view process = {}) {
    const std::lock_guard lock(state().mutex);
    if (!state().backend)
        state().backend = std::make_shared<Backend>(Options{.asynchronous = false});
    if (process.empty()) return {state().backend, state().process, {::getpid(), 0}};
    const auto known = state().others.find(process);
    return {
        state().backend,
        std::string(process),
        known == state().others.end() ? Known{::getpid(), 0} : known->second};
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

void reopen() { target().backend->reopen(); }

void know_process(const std::string& name, int pid, int index) {
    const std::lock_guard lock(state().mutex);
    state().others[name] = {pid, index};
}

void forget_process(const std::string& name) {
    const std::lock_guard lock(state().mutex);
    auto& gone = state().gone;
    gone.push_back(name);
    if (gone.size() <= kRemembered) return;
    state().others.erase(gone.front());
    gone.pop_front();
}

void write(Level level, const Source& source, std::string_view text) {
    if (!enabled(level)) return;
    const auto to = target(source.process);
    Post post{.level = level, .process = to.process, .pid = to.known.pid, .index = to.known.index};
    post.logger = source.logger;
    post.task = source.task;
    post.id = source.id;
    post.by_task = source.by_task;
    post.text = text;
    to.backend->post(post);
}

void write(Level level, std::string_view text) { write(level, Source{}, text); }

void write_as(Level level, std::string_view process, std::string_view text) {
    write(level, Source{.process = process}, text);
}

void task(
    Level level,
    std::string_view process,
    std::string_view task_name,
    std::string_view id,
    std::string_view text
) {
    write(
        level,
        Source{
            .process = process,
            .task = task_name,
            .id = id,
            .logger = "celery.task",
            .by_task = true},
        text
    );
}

void raw(Level level, std::string_view lines) {
    if (enabled(level)) target().backend->post_raw(level, lines);
}

}  // namespace taskworker::log
