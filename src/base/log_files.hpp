#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace taskworker::log {

// A log must not stop the worker: what the descriptor does not take within a second is dropped.
void write_all(int descriptor, std::string_view bytes);

// The files that lines go to: one for all processes, or one each when their names differ. Opened
// when they are first written to, and again when somebody moved them away (Python's
// WatchedFileHandler). Not thread-safe.
class LogFiles {
public:
    explicit LogFiles(std::function<std::string(int index)> name) : name_(std::move(name)) {}
    ~LogFiles() { close(); }
    LogFiles(const LogFiles&) = delete;
    LogFiles& operator=(const LogFiles&) = delete;

    // False: the file cannot be opened now.
    bool append(int index, std::string_view bytes);
    void close();  // the next append opens anew

private:
    int descriptor_of(const std::string& path);

    std::function<std::string(int index)> name_;
    std::map<std::string, int, std::less<>> open_;  // by path
};

}  // namespace taskworker::log
