#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/json.hpp"

namespace taskworker {

// What a command answers when it cannot be done: the repr of Python's exception, `ValueError('…')`.
class CommandError : public std::runtime_error {
public:
    CommandError(std::string_view type, std::string_view text);
};

// The arguments of one command, read strictly; what is missing or of the wrong kind throws a
// CommandError in Python's words.
class ControlArguments {
public:
    ControlArguments(std::string command, const Json& arguments)
        : command_(std::move(command)), arguments_(arguments) {}

    const Json& all() const { return arguments_; }
    const std::string& command() const { return command_; }
    const Json* find(const char* name) const;  // null: absent or None
    const Json& required(const char* name) const;
    std::string text(const char* name) const;
    std::string text_or(const char* name, std::string fallback) const;
    // Numbers and numeric texts, as the command line sends them.
    std::optional<double> number(const char* name) const;
    int whole(const char* name, int fallback, int most) const;
    bool truth(const char* name) const;
    // A text or a list of them.
    std::vector<std::string> texts(const char* name) const;
    std::vector<std::string> texts_or_none(const char* name) const;

private:
    [[noreturn]] void wrong(const char* name, const char* rule) const;
    const std::string command_;
    const Json& arguments_;
};

// The number of "SIGTERM", "TERM" or 15, as celery/platforms.py: signals.signum() has it.
int signal_number(const Json* given);

}  // namespace taskworker
