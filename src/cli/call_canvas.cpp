#include "cli/call_canvas.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <variant>

#include "cli/call_options.hpp"
#include "cli/exit_code.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

[[noreturn]] void refuse_canvas(const std::string& why) { throw ConfigError("--canvas: " + why); }

std::string text_of_canvas(const std::string& given) {
    if (!given.starts_with('@')) return given;
    std::ifstream file(given.substr(1), std::ios::binary);
    if (!file) refuse_canvas("cannot read " + given.substr(1));
    return {std::istreambuf_iterator<char>(file), {}};
}

Signature read_signature(const std::string& given) {
    auto read = parse_json(text_of_canvas(given));
    if (const auto* error = std::get_if<JsonError>(&read))
        refuse_canvas("is no JSON: " + error->why);
    try {
        return signature_from_json(std::get<Json>(read));
    } catch (const std::invalid_argument& error) {
        refuse_canvas(error.what());
    }
}

// What a call's options say, in a client's words.
SendOptions send_options(const TaskCall& call, TimePoint now) {
    SendOptions options;
    options.countdown = call.countdown;
    options.eta = call.eta;
    options.expires = call.expires_in;
    if (call.expires) options.expires = Seconds(*call.expires - now);
    options.queue = call.queue;
    options.priority = call.priority;
    if (call.serializer) options.serializer = name_of(*call.serializer);
    return options;
}

}  // namespace

CanvasCall read_canvas_call(const CallCommand& given) {
    if (!given.task.empty()) refuse_canvas("stands in place of a task's name");
    if (!given.args.empty() || !given.kwargs.empty())
        refuse_canvas("has its arguments in itself, not in --args or --kwargs");
    if (!given.exchange.empty()) refuse_canvas("goes to queues, not to --exchange");
    auto plain = given;
    plain.task = "canvas";
    CanvasCall call{
        read_signature(given.canvas),
        send_options(read_call(plain), std::chrono::system_clock::now())};
    if (!given.compression.empty()) call.options.compression = given.compression;
    return call;
}

int call_canvas(const GlobalOptions& global, const CallCommand& options, RegisterTasks linked_in) {
    const auto call = read_canvas_call(options);
    const Session session(global, linked_in, NeedsApp::No);
    Client client(session.settings());
    try {
        const auto result = client.apply_async(call.signature, call.options);
        fmt::print("{}\n", result.id());
    } catch (const std::invalid_argument& error) {
        refuse_canvas(error.what());
    }
    return std::fflush(stdout) == 0 ? kDone : kFailed;
}

}  // namespace taskworker
