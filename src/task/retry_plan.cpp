#include "task/retry_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "task/backoff.hpp"
#include "task/error_info.hpp"
#include "taskworker/values.hpp"

namespace taskworker {
namespace {

// A wait that time points can take: what is no number is none, and nobody waits for a hundred
// years.
Seconds sane(Seconds wait) {
    constexpr double kMost = 100.0 * 365 * 86400;
    return Seconds(std::isnan(wait.count()) ? 0.0 : std::clamp(wait.count(), -kMost, kMost));
}

// repr() of a list as a tuple, uncut: Signature.args is one.
std::string tuple(const Json& list) {
    std::string text = "(";
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i != 0) text += ", ";
        text += python_repr(list[i], 0);
    }
    return text + (list.size() == 1 ? ",)" : ")");
}

Failure no_retries_left(const TaskDef& task, const Request& request, const RetryOptions& wish) {
    const Json& args = wish.args ? *wish.args : request.args;
    const Json& kwargs = wish.kwargs ? *wish.kwargs : request.kwargs;
    std::string text = "Can't retry " + task.name + "[" + request.id + "] args:" + tuple(args) +
                       " kwargs:" + python_repr(kwargs, 0);
    return python_error(
        "MaxRetriesExceededError", "celery.exceptions", Json::array({std::move(text)}), task.name
    );
}

std::optional<Failure> wrong_wish(const TaskDef& task, const RetryOptions& wish) {
    const char* why = nullptr;
    if (wish.args && !wish.args->is_array()) why = "retry(): args must be a list";
    if (wish.kwargs && !wish.kwargs->is_object()) why = "retry(): kwargs must be a dict";
    if (!wish.headers.is_object()) why = "retry(): headers must be a dict";
    if (why == nullptr) return std::nullopt;
    return python_error("TypeError", "builtins", Json::array({why}), task.name);
}

std::string traceback_of(const TaskDef& task, const RetryLater& retry) {
    Failure shown;
    shown.type = "Retry";
    shown.module = "celery.exceptions";
    shown.message = retry_text(retry);
    std::string text;
    if (retry.cause) text = retry.cause->traceback + std::string(kDirectCause);
    return text + traceback_text(task.name, shown);
}

}  // namespace

std::variant<RetryLater, Failure> plan_retry(
    const TaskDef& task,
    const Request& request,
    const RetryOptions& wish,
    std::optional<Failure> cause,
    const Moment& moment
) {
    if (auto wrong = wrong_wish(task, wish)) return *std::move(wrong);
    const EffectiveOptions options = resolve(task.options, request, moment.settings);
    const int most = wish.max_retries.value_or(options.max_retries);
    if (most != forever && std::int64_t{request.retries} + 1 > most) {
        return cause ? *std::move(cause) : no_retries_left(task, request, wish);
    }
    RetryLater retry;
    const bool backs_off = task.options.retry_backoff.factor.count() > 0;
    if (wish.countdown || !wish.eta) {
        retry.countdown = sane(
            wish.countdown ? *wish.countdown
            : backs_off ? backoff_interval(task.options.retry_backoff, request.retries, moment.luck)
                        : options.default_retry_delay
        );
    }
    retry.eta = wish.eta;
    if (retry.countdown && retry.countdown->count() != 0) retry.eta = moment.now + *retry.countdown;
    retry.cause = std::move(cause);
    retry.message = wish.message;
    retry.args = wish.args;
    retry.kwargs = wish.kwargs;
    retry.priority = wish.priority;
    retry.queue = wish.queue;
    if (wish.expires) retry.expires = sane(*wish.expires);
    retry.time_limit = wish.time_limit;
    retry.soft_time_limit = wish.soft_time_limit;
    retry.headers = wish.headers;
    retry.traceback = traceback_of(task, retry);
    return retry;
}

std::string retry_text(const RetryLater& retry) {
    if (!retry.message.empty()) return retry.message;
    std::string text = "Retry ";
    if (retry.countdown) {
        const double wait = retry.countdown->count();
        const bool whole = wait == std::floor(wait) && std::abs(wait) < 1e15;
        text += "in " +
                (whole ? std::to_string(static_cast<std::int64_t>(wait)) : float_text(wait)) + "s";
    } else {
        text += "at " + (retry.eta ? DateTime(*retry.eta).iso() : std::string("once"));
    }
    if (retry.cause) text += ": " + python_repr(*retry.cause);
    return text;
}

}  // namespace taskworker
