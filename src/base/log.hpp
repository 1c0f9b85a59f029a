#pragma once

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// The log: lines as Celery's, `[2024-05-01 10:00:00,123: INFO/MainProcess] text`
// (celery/app/log.py). May be called from any thread; never throws. Before start() and after stop()
// lines are written at once by the caller, so that none is lost. A message cannot forge a line:
// control characters are shown as \x1b, and a line of it that begins with '[' is indented. Line
// breaks stay, tracebacks need them.
namespace taskworker::log {

enum class Level { Debug, Info, Warning, Error, Critical };

const char* name_of(Level level);                        // "WARNING"
std::optional<Level> level_from(std::string_view name);  // any case; also "WARN", "FATAL"

enum class Form { Text, Json };

class LineFormat;  // log_format.hpp

struct Options {
    Level level = Level::Warning;
    std::optional<bool> colour = {};  // none: when the descriptor is a terminal
    std::string process = "MainProcess";
    int descriptor = 2;  // stays the caller's
    // The file for lines of the process with that index (0: ours), instead of the descriptor. A
    // file that was moved away is opened anew (logrotate).
    std::function<std::string(int index)> file = {};
    Form form = Form::Text;
    // Of lines in general and of a task's own logger; none: Celery's.
    std::shared_ptr<const LineFormat> format = {}, task_format = {};
    bool asynchronous = true;  // one thread, at most 512 lines waiting, then callers wait
    // Takes whole lines instead of the descriptor, e.g. to send them as frames. With `asynchronous`
    // it is called from the log's thread.
    std::function<void(Level, std::string_view)> sink = {};
};

void start(Options options);  // a second start replaces the first
void stop();                  // writes what is waiting, ends the thread
void flush();                 // what was logged before the call is written when it returns
void reopen();                // the files; for those who rotate logs

void set_level(Level level);
void set_process(std::string name);
Level level();
bool enabled(Level level);

// Whose line it is. Empty process: ours.
struct Source {
    std::string_view process = {};  // "ForkPoolWorker-1"
    std::string_view task = {}, id = {};
    std::string_view logger = "celery.worker";
    bool by_task = false;  // the task itself speaks: task_format
};
void write(Level level, const Source& source, std::string_view text);
void write(Level level, std::string_view text);

// From now on lines of that process carry its id, and go to its file. Index: its place in the pool,
// from 1.
void know_process(const std::string& name, int pid, int index);
void forget_process(const std::string& name);

// In the name of another process: "[…: INFO/ForkPoolWorker-1] text".
void write_as(Level level, std::string_view process, std::string_view text);

// Of a task's own logger: "[…: INFO/ForkPoolWorker-1] name[id]: text". Empty process: ours.
void task(
    Level level,
    std::string_view process,
    std::string_view task_name,
    std::string_view id,
    std::string_view text
);

// Lines that were made elsewhere (a child's frame) and have their prefix already.
void raw(Level level, std::string_view lines);

template <class... Args>
void format(Level level, fmt::format_string<Args...> text, Args&&... args) {
    if (enabled(level)) write(level, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
    format(Level::Debug, text, std::forward<Args>(args)...);
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
    format(Level::Info, text, std::forward<Args>(args)...);
}
template <class... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
    format(Level::Warning, text, std::forward<Args>(args)...);
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
    format(Level::Error, text, std::forward<Args>(args)...);
}
template <class... Args>
void critical(fmt::format_string<Args...> text, Args&&... args) {
    format(Level::Critical, text, std::forward<Args>(args)...);
}

}  // namespace taskworker::log
