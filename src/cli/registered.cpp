#include "cli/registered.hpp"

#include <fmt/format.h>

#include "cli/setting_value.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

const char* name_of(Parameter::Kind kind) {
    switch (kind) {
        case Parameter::Kind::Plain:
            return "plain";
        case Parameter::Kind::Args:
            return "args";
        case Parameter::Kind::KeywordOnly:
            return "keyword_only";
        case Parameter::Kind::Kwargs:
            return "kwargs";
    }
    return "plain";
}

template <class T>
void add(Json& to, const char* name, const std::optional<T>& value) {
    if (value) to[name] = as_json(*value);
}

// What the author has said; all else is as the settings have it. Filters of exceptions cannot be
// looked into: that they are there is all that can be told.
Json options_json(const TaskOptions& options) {
    auto all = Json::object();
    if (options.autoretry_for) all["autoretry_for"] = true;
    if (options.dont_autoretry_for) all["dont_autoretry_for"] = true;
    if (options.throws) all["throws"] = true;
    if (options.max_retries == forever) {
        all["max_retries"] = nullptr;
    } else {
        add(all, "max_retries", options.max_retries);
    }
    add(all, "default_retry_delay", options.default_retry_delay);
    if (options.retry_backoff.factor.count() > 0) {
        all["retry_backoff"] = as_json(options.retry_backoff.factor);
        all["retry_backoff_max"] = as_json(options.retry_backoff.max);
        all["retry_jitter"] = options.retry_backoff.jitter;
    }
    add(all, "soft_time_limit", options.soft_time_limit);
    add(all, "time_limit", options.time_limit);
    if (options.rate_limit) all["rate_limit_per_second"] = as_json(*options.rate_limit);
    add(all, "acks_late", options.acks_late);
    add(all, "acks_on_failure_or_timeout", options.acks_on_failure_or_timeout);
    add(all, "reject_on_worker_lost", options.reject_on_worker_lost);
    add(all, "ignore_result", options.ignore_result);
    add(all, "store_errors_even_if_ignored", options.store_errors_even_if_ignored);
    add(all, "track_started", options.track_started);
    add(all, "send_events", options.send_events);
    return all;
}

Json parameters_json(const TaskDef& task) {
    auto all = Json::array();
    for (const auto& parameter : task.parameters) {
        auto one = Json::object(
            {{"name", parameter.name},
             {"kind", name_of(parameter.kind)},
             {"required", parameter.required}}
        );
        if (!parameter.required) one["default"] = parameter.fallback;
        all.push_back(std::move(one));
    }
    return all;
}

std::string options_text(const TaskOptions& options) {
    std::string text;
    const auto all = options_json(options);
    for (const auto& [name, value] : all.items())
        text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, to_json_text(value));
    return text;
}

}  // namespace

std::string registered_text(const App& app) {
    std::string text;
    for (const auto& name : app.names()) {
        const auto& task = *app.find(name);
        text += fmt::format("{}{}\n", name, task.signature);
        if (const auto options = options_text(task.options); !options.empty())
            text += fmt::format("    {}\n", options);
    }
    return text;
}

std::string registered_json(const App& app) {
    auto tasks = Json::object();
    for (const auto& name : app.names()) {
        const auto& task = *app.find(name);
        tasks[name] = Json::object(
            {{"signature", task.signature},
             {"parameters", parameters_json(task)},
             {"options", options_json(task.options)}}
        );
    }
    return to_json_text(tasks);
}

}  // namespace taskworker
