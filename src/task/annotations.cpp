#include "task/annotations.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using Broken = std::optional<std::string>;

Broken must(std::string_view what) { return "must be " + std::string(what); }

std::optional<double> seconds_in(const Json& value) {
    if (!value.is_number() || value.is_boolean()) return std::nullopt;
    const auto number = value.get<double>();
    constexpr double kCentury = 100.0 * 366 * 86400;
    if (!std::isfinite(number) || number < 0 || number > kCentury) return std::nullopt;
    return number;
}

Broken set(std::optional<bool>& to, const Json& value) {
    if (!value.is_null() && !value.is_boolean()) return must("true or false");
    to = value.is_null() ? std::optional<bool>() : value.get<bool>();
    return std::nullopt;
}

Broken set(std::optional<Seconds>& to, const Json& value) {
    const auto seconds = seconds_in(value);
    if (!value.is_null() && !seconds) return must("a number of seconds, 0 or more");
    to = seconds ? std::optional(Seconds(*seconds)) : std::nullopt;
    return std::nullopt;
}

Broken set_max_retries(std::optional<int>& to, const Json& value) {
    if (value.is_null()) return to = forever, std::nullopt;  // Celery's None
    const auto number = value.is_number_integer() ? value.get<double>() : -1.0;
    if (number < 0 || number >= std::numeric_limits<int>::max())
        return must("a whole number, 0 or more, or null for no end");
    to = static_cast<int>(number);
    return std::nullopt;
}

Broken set_rate(std::optional<RateLimit>& to, const Json& value) {
    if (value.is_null()) return to = RateLimit(), std::nullopt;  // none, whatever the app's is
    try {
        if (!value.is_string() && !value.is_number()) throw ConfigError("");
        to = RateLimit(value.is_string() ? value.get<std::string>() : to_json_text(value));
        return std::nullopt;
    } catch (const ConfigError&) {
        return must("a rate like 10, 4/s, 100/m or 2/h");
    }
}

// True is a factor of one second, false and null none (celery/app/autoretry.py).
Broken set_backoff(RetryBackoff& to, const Json& value) {
    if (value.is_null() || value.is_boolean())
        return to.factor = Seconds(value == true ? 1 : 0), std::nullopt;
    const auto seconds = seconds_in(value);
    if (!seconds) return must("true, false or a number of seconds");
    to.factor = Seconds(*seconds);
    return std::nullopt;
}

Broken set_backoff_max(RetryBackoff& to, const Json& value) {
    const auto seconds = seconds_in(value);
    if (!seconds) return must("a number of seconds, 0 or more");
    to.max = Seconds(*seconds);
    return std::nullopt;
}

Broken set_jitter(RetryBackoff& to, const Json& value) {
    if (!value.is_boolean()) return must("true or false");
    to.jitter = value.get<bool>();
    return std::nullopt;
}

struct Attribute {
    std::string_view name;
    Broken (*set)(TaskOptions&, const Json&);
};

template <auto Member>
Broken plain(TaskOptions& options, const Json& value) {
    return set(options.*Member, value);
}

using O = TaskOptions;
constexpr std::array<Attribute, 15> kAttributes = {{
    {"acks_late", &plain<&O::acks_late>},
    {"acks_on_failure_or_timeout", &plain<&O::acks_on_failure_or_timeout>},
    {"default_retry_delay", &plain<&O::default_retry_delay>},
    {"ignore_result", &plain<&O::ignore_result>},
    {"max_retries", [](O& o, const Json& v) { return set_max_retries(o.max_retries, v); }},
    {"rate_limit", [](O& o, const Json& v) { return set_rate(o.rate_limit, v); }},
    {"reject_on_worker_lost", &plain<&O::reject_on_worker_lost>},
    {"retry_backoff", [](O& o, const Json& v) { return set_backoff(o.retry_backoff, v); }},
    {"retry_backoff_max", [](O& o, const Json& v) { return set_backoff_max(o.retry_backoff, v); }},
    {"retry_jitter", [](O& o, const Json& v) { return set_jitter(o.retry_backoff, v); }},
    {"send_events", &plain<&O::send_events>},
    {"soft_time_limit", &plain<&O::soft_time_limit>},
    {"store_errors_even_if_ignored", &plain<&O::store_errors_even_if_ignored>},
    {"time_limit", &plain<&O::time_limit>},
    {"track_started", &plain<&O::track_started>},
}};

Broken check_object(const Json& annotations) {
    if (!annotations.is_object())
        return must("an object of task names (or \"*\") and options, or a list of such objects");
    for (const auto& [task, options] : annotations.items()) {
        TaskOptions scratch;
        if (auto broken = annotate_options(scratch, options)) return task + ": " + *broken;
    }
    return std::nullopt;
}

// The first that has this name; what Celery calls _first_match.
const Json* first_match(const Json& annotations, const std::string& name) {
    if (annotations.is_object()) {
        const auto found = annotations.find(name);
        return found == annotations.end() ? nullptr : &*found;
    }
    for (const auto& one : annotations)
        if (const auto* found = first_match(one, name)) return found;
    return nullptr;
}

}  // namespace

std::optional<std::string> annotate_options(TaskOptions& options, const Json& given) {
    if (!given.is_object()) return must("an object of task options");
    for (const auto& [name, value] : given.items()) {
        const Attribute* known = nullptr;
        for (const auto& attribute : kAttributes)
            if (attribute.name == name) known = &attribute;
        if (!known) {
            std::string names;
            for (const auto& attribute : kAttributes)
                names.append(names.empty() ? "" : ", ").append(attribute.name);
            return name + ": no option of a task that can be annotated; these can: " + names;
        }
        if (auto broken = known->set(options, value)) return name + " " + *broken;
    }
    return std::nullopt;
}

std::optional<std::string> check_annotations(const Json& annotations) {
    if (annotations.is_null()) return std::nullopt;
    if (!annotations.is_array()) return check_object(annotations);
    for (const auto& one : annotations)
        if (auto broken = check_object(one)) return broken;
    return std::nullopt;
}

void annotate(App& app, const Json& annotations) {
    if (annotations.is_null()) return;
    const auto* of_all = first_match(annotations, "*");
    for (const auto& name : app.names()) {
        if (const auto* own = first_match(annotations, name)) app.annotate(name, *own);
        if (of_all) app.annotate(name, *of_all);
    }
}

}  // namespace taskworker
