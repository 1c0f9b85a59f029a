#include "task/options.hpp"

#include <charconv>
#include <cmath>
#include <string_view>

#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

std::optional<Seconds> first_limit(
    std::optional<Seconds> request, std::optional<Seconds> task, std::optional<Seconds> settings
) {
    for (const auto& limit : {request, task, settings}) {
        if (limit && limit->count() > 0) return limit;
    }
    return std::nullopt;
}

double parse_rate(std::string_view text) {
    const auto slash = text.find('/');
    const auto number = text.substr(0, slash);
    const auto unit = slash == std::string_view::npos ? "s" : text.substr(slash + 1);
    double count = 0;
    const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), count);
    const bool is_number =
        bad == std::errc{} && end == number.data() + number.size() && std::isfinite(count);
    if (is_number && count >= 0) {
        if (unit == "s" || unit.empty()) return count;  // celery/utils/time.py: `modifier or 's'`
        if (unit == "m") return count / 60;
        if (unit == "h") return count / 3600;
    }
    throw ConfigError(
        "rate limit '" + std::string(text) + "' is none: write \"10/s\", \"100/m\" or \"5/h\""
    );
}

}  // namespace

RateLimit::RateLimit(const char* text) : per_second_(parse_rate(text)) {}
RateLimit::RateLimit(const std::string& text) : per_second_(parse_rate(text)) {}

EffectiveOptions resolve(
    const TaskOptions& task, const Request& request, const Settings& settings
) {
    EffectiveOptions options;
    options.max_retries = task.max_retries.value_or(options.max_retries);
    options.default_retry_delay = task.default_retry_delay.value_or(options.default_retry_delay);
    options.soft_time_limit =
        first_limit(request.soft_time_limit, task.soft_time_limit, settings.task_soft_time_limit);
    options.time_limit = first_limit(request.time_limit, task.time_limit, settings.task_time_limit);
    const auto rate = task.rate_limit ? task.rate_limit : settings.task_default_rate_limit;
    options.rate_per_second = rate ? rate->per_second() : 0;
    options.acks_late = task.acks_late.value_or(settings.task_acks_late);
    options.acks_on_failure_or_timeout =
        task.acks_on_failure_or_timeout.value_or(settings.task_acks_on_failure_or_timeout);
    options.reject_on_worker_lost =
        task.reject_on_worker_lost.value_or(settings.task_reject_on_worker_lost);
    options.ignore_result =
        request.ignore_result.value_or(task.ignore_result.value_or(settings.task_ignore_result));
    options.store_errors_even_if_ignored =
        task.store_errors_even_if_ignored.value_or(settings.task_store_errors_even_if_ignored);
    options.track_started = task.track_started.value_or(settings.task_track_started);
    options.send_events = task.send_events.value_or(settings.task_send_events);
    return options;
}

}  // namespace taskworker
