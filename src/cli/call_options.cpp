#include "cli/call_options.hpp"

#include <fmt/format.h>

#include <variant>

#include "base/iso_time.hpp"
#include "cli/setting_value.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view rule) {
    throw ConfigError(fmt::format("{} {}: {}", option, text.substr(0, 80), rule));
}

Json read_json(const char* option, const std::string& text, Json::value_t kind, const char* rule) {
    auto read = parse_json(text);
    if (const auto* error = std::get_if<JsonError>(&read))
        refuse(option, text, fmt::format("{}: {}", rule, error->why));
    auto& value = std::get<Json>(read);
    if (value.type() != kind) refuse(option, text, rule);
    return std::move(value);
}

std::optional<Seconds> read_seconds(const std::string& text) {
    const auto read = read_text(Shape::Number, text);
    Seconds seconds{};
    if (read.broken || convert(read.value, seconds)) return std::nullopt;
    return seconds;
}

int read_priority(const std::string& text) {
    const auto read = read_text(Shape::Int, text);
    int priority = 0;
    if (read.broken || convert(read.value, priority) || priority < 0 || priority > 255)
        refuse("--priority", text, "must be a whole number from 0 to 255");
    return priority;
}

void read_times(const CallCommand& options, TaskCall& call) {
    if (!options.countdown.empty()) {
        call.countdown = read_seconds(options.countdown);
        if (!call.countdown) refuse("--countdown", options.countdown, rule_of(Shape::Number));
    }
    if (!options.eta.empty()) {
        call.eta = parse_iso_time(options.eta);
        if (!call.eta)
            refuse("--eta", options.eta, "must be a time like 2024-05-01T10:00:00+02:00");
    }
    if (options.expires.empty()) return;
    call.expires_in = read_seconds(options.expires);
    if (!call.expires_in) call.expires = parse_iso_time(options.expires);
    if (!call.expires_in && !call.expires)
        refuse(
            "--expires",
            options.expires,
            "must be a number of seconds or a time like 2024-05-01T10:00:00+02:00"
        );
}

void read_form(const CallCommand& options, TaskCall& call) {
    if (!options.serializer.empty()) {
        call.serializer = serializer_named(options.serializer);
        if (!call.serializer)
            refuse("--serializer", options.serializer, "must be one of json, yaml, msgpack");
    }
    if (options.compression.empty()) return;
    call.compression = codec_named(options.compression);
    if (!call.compression)
        refuse(
            "--compression",
            options.compression,
            "must be one of gzip, zlib, bzip2, lzma, xz, zstd, brotli"
        );
}

}  // namespace

TaskCall read_call(const CallCommand& options) {
    TaskCall call{.task = options.task};
    if (call.task.empty()) refuse("call", "''", "the name of a task is missing");
    if (!options.args.empty())
        call.args = read_json(
            "--args", options.args, Json::value_t::array, "must be a JSON list, e.g. '[1, \"a\"]'"
        );
    if (!options.kwargs.empty())
        call.kwargs = read_json(
            "--kwargs",
            options.kwargs,
            Json::value_t::object,
            "must be a JSON object, e.g. '{\"goods\": 7}'"
        );
    read_times(options, call);
    if (!options.queue.empty()) call.queue = options.queue;
    if (!options.exchange.empty() && call.queue)
        refuse("--exchange", options.exchange, "needs no --queue: those bound to it get the task");
    if (!options.routing_key.empty() && options.exchange.empty())
        refuse(
            "--routing-key",
            options.routing_key,
            "needs --exchange; without one a task goes to --queue"
        );
    call.exchange = options.exchange;
    call.routing_key = options.routing_key;
    if (!options.priority.empty()) call.priority = read_priority(options.priority);
    read_form(options, call);
    return call;
}

}  // namespace taskworker
