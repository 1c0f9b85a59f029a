#pragma once

#include <exception>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include "taskworker/export.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

class Context;

// Which exceptions an option speaks of: `autoretry_for = tw::on<GatewayBusy, std::system_error>()`.
class ExceptionFilter {
public:
    ExceptionFilter() = default;
    explicit ExceptionFilter(std::function<bool(std::exception_ptr)> matches)
        : matches_(std::move(matches)) {}
    bool matches(const std::exception_ptr& e) const { return matches_ && matches_(e); }
    explicit operator bool() const { return static_cast<bool>(matches_); }

private:
    std::function<bool(std::exception_ptr)> matches_;
};

template <class... E>
ExceptionFilter on() {
    return ExceptionFilter([](const std::exception_ptr& thrown) {
        const auto is = [&]<class X>(std::type_identity<X>) {
            try {
                std::rethrow_exception(thrown);
            } catch (const X&) {
                return true;
            } catch (...) {
                return false;
            }
        };
        return (is(std::type_identity<E>{}) || ...);
    });
}

// Celery's retry_backoff, retry_backoff_max and retry_jitter. Factor 0: no backoff.
// Wait before retry n (from 0): min(max, factor × 2^n); with jitter a whole number of seconds drawn
// evenly from 0 to that (celery/utils/time.py: get_exponential_backoff_interval).
struct RetryBackoff {
    Seconds factor{0};
    Seconds max{600};
    bool jitter = true;
};

// "100/m", "4/s", "2/h", "10" (per second); "0" = unlimited. Throws ConfigError for anything else.
class TASKWORKER_EXPORT RateLimit {
public:
    RateLimit() = default;
    RateLimit(const char* text);         // NOLINT: reads as a value in a list of options
    RateLimit(const std::string& text);  // NOLINT
    double per_second() const { return per_second_; }
    bool operator==(const RateLimit&) const = default;

private:
    double per_second_ = 0;
};

inline constexpr int forever = std::numeric_limits<int>::max();  // max_retries = None

// How a task is treated: Celery's task options under their own names. Unset members are inherited
// (request > task > app's settings). Write them in this order: designated initialisers want it.
struct TaskOptions {
    ExceptionFilter autoretry_for = {};
    ExceptionFilter dont_autoretry_for = {};
    ExceptionFilter throws = {};          // expected errors: logged at INFO without a traceback
    std::optional<int> max_retries = {};  // 3; tw::forever
    std::optional<Seconds> default_retry_delay = {};  // 180 s
    RetryBackoff retry_backoff = {};
    std::optional<Seconds> soft_time_limit = {};
    std::optional<Seconds> time_limit = {};
    std::optional<RateLimit> rate_limit = {};
    std::optional<bool> acks_late = {};
    std::optional<bool> acks_on_failure_or_timeout = {};
    std::optional<bool> reject_on_worker_lost = {};
    std::optional<bool> ignore_result = {};
    std::optional<bool> store_errors_even_if_ignored = {};
    std::optional<bool> track_started = {};
    std::optional<bool> send_events = {};

    // Hooks: the methods of Celery's task classes. They run in the process that ran the body and
    // before its end is stored; ctx.request() has id, args and kwargs. before_start belongs to the
    // body: what it throws is the task's failure. What the others throw is logged and changes
    // nothing.
    std::function<void(Context&)> before_start = {};
    std::function<void(Context&, const Json& result)> on_success = {};
    std::function<void(Context&, const Failure& error)> on_failure = {};
    std::function<void(Context&, const RetryLater& retry)> on_retry = {};
    std::function<void(Context&, const Outcome& end)> after_return = {};  // of success and failure
};

}  // namespace taskworker
