#pragma once

#include <concepts>
#include <exception>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>

#include "taskworker/config.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/request.hpp"
#include "taskworker/signature.hpp"
#include "taskworker/task.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

class ContextState;

// The error for which a task is retried: any exception, or std::current_exception(). Inside a catch
// block a reference to a base class stands for the whole exception that is being handled.
class RetryCause {
public:
    RetryCause() = default;
    RetryCause(std::nullptr_t) {}                                       // NOLINT: no cause
    RetryCause(std::exception_ptr error) : error_(std::move(error)) {}  // NOLINT
    template <std::derived_from<std::exception> E>
    RetryCause(const E& error)  // NOLINT: reads as a value in a list of options
        : error_(
              typeid(error) != typeid(E) && std::current_exception()
                  ? std::current_exception()
                  : std::make_exception_ptr(error)
          ) {}
    const std::exception_ptr& error() const { return error_; }

private:
    std::exception_ptr error_;
};

// The keyword arguments of Celery's retry(). Write them in this order: designated initialisers want
// it.
struct RetryOptions {
    std::optional<Seconds> countdown = {};  // none: retry_backoff, else default_retry_delay
    std::optional<TimePoint> eta = {};
    std::optional<int> max_retries = {};  // for this attempt only; tw::forever
    RetryCause cause = {};                // what the task fails with when no retries are left
    std::optional<Json> args = {};        // a list and an object in place of the ones received
    std::optional<Json> kwargs = {};
    std::optional<std::string> queue = {};
    std::optional<int> priority = {};
    std::optional<Seconds> expires = {};
    std::optional<Seconds> time_limit = {};
    std::optional<Seconds> soft_time_limit = {};
    Json headers = Json::object();
    std::string message = {};  // replaces the log's "Retry in 60s"
};

// What ctx.retry() returns, to be thrown. Nothing else throws it.
class TASKWORKER_EXPORT Retry : public std::exception {
public:
    explicit Retry(RetryOptions wish) : options(std::move(wish)) {}
    ~Retry() override;
    const char* what() const noexcept override { return "Retry"; }
    RetryOptions options;
};

// Thrown by check() and sleep() when the task is to end: terminate, or the worker's last moment.
// Let it pass; it is no std::runtime_error, so that `catch (const std::runtime_error&)` does.
class TASKWORKER_EXPORT TaskStopped : public std::exception {
public:
    ~TaskStopped() override;
    const char* what() const noexcept override { return "TaskStopped"; }
};

// What ctx.replace() returns, to be thrown. Nothing else throws it.
class TASKWORKER_EXPORT Replacement : public std::exception {
public:
    explicit Replacement(Signature by) : signature(std::move(by)) {}
    ~Replacement() override;
    const char* what() const noexcept override { return "Replacement"; }
    Signature signature;
};

// Writes into the worker's log, with the task's name and id. Any thread of the task.
class TASKWORKER_EXPORT TaskLog {
public:
    void debug(std::string_view text) const;
    void info(std::string_view text) const;
    void warning(std::string_view text) const;
    void error(std::string_view text) const;

private:
    friend class Context;
    explicit TaskLog(ContextState& state) : state_(&state) {}
    ContextState* state_;
};

// What a running task sees of its call: Celery's `self`. A body that takes Context& first gets it.
// Lives as long as the call; its functions may be called from any thread of the task.
class TASKWORKER_EXPORT Context {
public:
    explicit Context(ContextState& state) : state_(&state) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    const Request& request() const;
    int retries() const { return request().retries; }
    const std::string& id() const { return request().id; }

    // The properties of the message, those that nobody knows included (Celery: request.properties).
    Json properties() const;

    // `throw ctx.retry({.countdown = 1min});` The task goes back to its queue; if no retries are
    // left it fails with the cause, or with Python's MaxRetriesExceededError.
    [[nodiscard]] Retry retry(RetryOptions options = {}) const { return Retry(std::move(options)); }

    // `throw ctx.replace(other.s(1) | third.s());` The signature, a task or any canvas, takes the
    // task's place: its id, its callbacks, the rest of its chain and its part in a chord.
    [[nodiscard]] Replacement replace(Signature by) const { return Replacement(std::move(by)); }

    // Sends tasks, at once: they become children of this one. The id that the result will have.
    // Throws std::invalid_argument for a signature that cannot be sent.
    template <class R, class... P, class... G>
    requires AcceptedBy<Task<R(P...)>, G...> std::string delay(
        const Task<R(P...)>& task, G&&... given
    )
    const { return apply_async(task.s(std::forward<G>(given)...)); }
    std::string apply_async(const Signature& signature) const;
    // The same; the whole result in Celery's form, [[id, parent], members].
    Json send(const Signature& signature) const;
    // One part more for the chord that this task is a part of. Throws TaskError (ValueError) if it
    // is none.
    std::string add_to_chord(const Signature& signature) const;

    // Stores a state of your own ("PROGRESS") with `meta` as its result, until the task ends.
    void update_state(std::string_view state, const Json& meta = nullptr) const;
    // Sends a celeryev event; its type should begin with "task-". The id of the task goes with it.
    void send_event(std::string_view type, const Json& fields = Json::object()) const;
    TaskLog log() const { return TaskLog(*state_); }

    // Throws SoftTimeLimitExceeded once when the soft limit has struck, TaskStopped when the task
    // is to end. Long loops call it now and then: nothing interrupts C++ from outside.
    void check() const;
    // Sleeps; check() strikes at once.
    void sleep(Seconds duration) const;
    // Requested when check() would throw: for waits of your own.
    std::stop_token stop_token() const;

    // The one T of this process; made by the factory that the app gave with resource<T>() at its
    // first use. Throws what the factory throws, and ConfigError when there is none.
    template <class T>
    T& resource() const {
        return *static_cast<T*>(find_resource(typeid(T)));
    }
    const Settings& settings() const;

private:
    friend struct ContextAccess;  // of built-in tasks
    void* find_resource(std::type_index type) const;
    ContextState* state_;
};

}  // namespace taskworker
