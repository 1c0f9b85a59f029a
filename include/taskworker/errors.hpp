#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "taskworker/export.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// The world failed: what was tried and where. Caught in loops only, never thrown for wire data.
class TASKWORKER_EXPORT Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
    ~Error() override;
};
class TASKWORKER_EXPORT BrokerError : public Error {
public:
    using Error::Error;
    ~BrokerError() override;
};
class TASKWORKER_EXPORT BackendError : public Error {
public:
    using Error::Error;
    ~BackendError() override;
};
class TASKWORKER_EXPORT ConfigError : public Error {
public:
    using Error::Error;
    ~ConfigError() override;
};

// An error that Python sees as type(*args): `throw tw::TaskError{"ValueError", "no such goods"}`.
// `type` may be any name; `module` is where Python looks for the class ("builtins" has ValueError
// …). Derive from it for errors of your own that autoretry_for can name.
class TASKWORKER_EXPORT TaskError : public std::runtime_error {
public:
    TaskError(std::string type, const std::string& message, std::string module = "builtins");
    TaskError(std::string type, Json args, std::string module);  // args: a list
    ~TaskError() override;
    const std::string& type() const { return type_; }
    const std::string& module() const { return module_; }
    const Json& args() const { return args_; }

private:
    std::string type_, module_;
    Json args_;
};

// What a task may throw to end in another way than by failing. Celery's names and meanings.
class TASKWORKER_EXPORT Reject : public std::exception {
public:
    explicit Reject(std::string why = {}, bool back_to_queue = false)
        : reason(std::move(why)), requeue(back_to_queue) {}
    ~Reject() override;
    const char* what() const noexcept override { return reason.c_str(); }
    std::string reason;
    bool requeue;
};
class TASKWORKER_EXPORT Ignore : public std::exception {
public:
    ~Ignore() override;
    const char* what() const noexcept override { return "Ignore"; }
};
// Thrown by ctx.check() and ctx.sleep() when the soft limit has struck.
class TASKWORKER_EXPORT SoftTimeLimitExceeded : public std::runtime_error {
public:
    SoftTimeLimitExceeded() : std::runtime_error("SoftTimeLimitExceeded()") {}
    ~SoftTimeLimitExceeded() override;
};

}  // namespace taskworker
