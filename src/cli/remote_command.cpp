// taskworker inspect, control, status, events
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <variant>

#include "base/utf8.hpp"
#include "broker/open_broker.hpp"
#include "cli/commands.hpp"
#include "cli/event_lines.hpp"
#include "cli/exit_code.hpp"
#include "cli/nearest.hpp"
#include "cli/node_name.hpp"
#include "cli/remote_commands.hpp"
#include "cli/shown_text.hpp"
#include "client/control.hpp"
#include "client/producer.hpp"
#include "message/plain_message.hpp"
#include "message/python_json.hpp"
#include "taskworker/errors.hpp"
#include "worker/signals.hpp"

namespace taskworker {
namespace {

using namespace std::chrono_literals;

// A connection for steering, made without a module: any worker's broker will do.
struct Line {
    Line(const GlobalOptions& global, RegisterTasks linked_in)
        : session(global, linked_in, NeedsApp::No),
          transport(open_broker(
              session.settings(), producer_name(host_name()), Luck::seeded_by_the_system().uuid()
          )),
          fanout(transport->fanout()) {}
    const Session session;
    const std::unique_ptr<Transport> transport;
    const std::unique_ptr<Fanout> fanout;
    const SystemClock clock = {};
};

int nobody_answered() {
    fmt::print(stderr, "Error: No nodes replied within time constraint\n");
    return kUnavailable;
}

void list_verbs(RemoteVerb::Kind kind) {
    std::vector<std::pair<std::string, std::string_view>> rows;
    std::size_t width = 0;
    for (const auto& verb : remote_verbs()) {
        if (verb.kind != kind) continue;
        rows.emplace_back(fmt::format("{} {}", verb.name, verb.usage), verb.help);
        width = std::max(width, count_code_points(rows.back().first));
    }
    for (const auto& [usage, help] : rows)
        fmt::print("{}{}{}\n", usage, std::string(width + 2 - count_code_points(usage), ' '), help);
}

const RemoteVerb& verb_of(RemoteVerb::Kind kind, const std::string& name) {
    if (const auto* verb = find_remote_verb(kind, name)) return *verb;
    std::vector<std::string_view> names;
    for (const auto& verb : remote_verbs())
        if (verb.kind == kind) names.push_back(verb.name);
    const char* command = kind == RemoteVerb::Kind::Inspect ? "inspect" : "control";
    throw ConfigError(fmt::format(
        "{}: no command '{}'{}; `taskworker {} --list` has them all",
        command,
        name,
        suggestion(nearest(name, names)),
        command
    ));
}

bool is_error(const Json& reply) { return reply.is_object() && reply.contains("error"); }

void print_reply(const Control::Reply& reply, bool with_body) {
    const bool error = is_error(reply.body);
    fmt::print("->  {}: {}\n", shown_text(reply.node), error ? "ERROR" : "OK");
    const bool wrapped =
        reply.body.is_object() && reply.body.size() == 1 && (error || reply.body.contains("ok"));
    if (!with_body) return;
    std::string text;
    log::append_safe(text, reply_text(wrapped ? *reply.body.begin() : reply.body));
    fmt::print("{}", text);
}

void print_json(const std::vector<Control::Reply>& replies, bool as_list) {
    Json all = as_list ? Json::array() : Json::object();
    for (const auto& [node, body] : replies) {
        if (as_list)
            all.push_back(Json{{node, body}});
        else
            all[node] = body;
    }
    fmt::print("{}\n", to_json_text(all));
}

void print_count(std::size_t nodes) {
    fmt::print("\n{} {} online.\n", nodes, nodes == 1 ? "node" : "nodes");
}

int ask_and_print(
    const GlobalOptions& global,
    const RemoteCommand& options,
    RegisterTasks linked_in,
    RemoteVerb::Kind kind,
    Control::Call call
) {
    Line line(global, linked_in);
    Control control(*line.fanout, line.session.settings(), line.clock);
    call.destination = options.destination;
    call.timeout = Seconds(options.timeout);
    // Who is told to end does not answer: asked before whether somebody hears it.
    const bool shutdown = call.method == "shutdown";
    auto replies = std::vector<Control::Reply>();
    if (shutdown) {
        auto ping = call;
        ping.method = "ping";
        ping.arguments = Json::object();
        replies = control.ask(ping);
        call.timeout = Seconds(0);
        for (auto& reply : replies) reply.body = Json{{"ok", "told to shut down"}};
        control.ask(call);
    } else {
        replies = control.ask(call);
    }
    if (replies.empty()) return nobody_answered();
    const bool is_inspect = kind == RemoteVerb::Kind::Inspect;
    if (options.json) {
        print_json(replies, !is_inspect);
    } else {
        for (const auto& reply : replies) print_reply(reply, true);
        if (is_inspect) print_count(replies.size());
    }
    return kDone;
}

}  // namespace

int run_remote_command(
    const GlobalOptions& global, const RemoteCommand& options, RegisterTasks linked_in
) {
    const auto kind = options.control ? RemoteVerb::Kind::Control : RemoteVerb::Kind::Inspect;
    if (options.list || options.words.empty()) {
        list_verbs(kind);
        return options.list ? kDone : kUsage;
    }
    // A verb with a dot is an app's own; its words are NAME=VALUE.
    const auto& name = options.words.front();
    const std::span<const std::string> words(options.words.begin() + 1, options.words.end());
    if (name.find('.') != name.npos) {
        Json arguments = Json::object();
        for (const auto& word : words) {
            const auto sign = word.find('=');
            if (sign == word.npos)
                throw ConfigError(fmt::format("{}: arguments are NAME=VALUE, not '{}'", name, word)
                );
            arguments[word.substr(0, sign)] = word.substr(sign + 1);
        }
        return ask_and_print(
            global, options, linked_in, kind, {.method = name, .arguments = arguments}
        );
    }
    const auto& verb = verb_of(kind, name);
    return ask_and_print(
        global,
        options,
        linked_in,
        kind,
        {.method = std::string(verb.name), .arguments = remote_arguments(verb, words)}
    );
}

int run_status_command(
    const GlobalOptions& global, const RemoteCommand& options, RegisterTasks linked_in
) {
    Line line(global, linked_in);
    Control control(*line.fanout, line.session.settings(), line.clock);
    const auto replies = control.ask(
        {.method = "ping", .destination = options.destination, .timeout = Seconds(options.timeout)}
    );
    if (replies.empty()) return nobody_answered();
    if (options.json) {
        print_json(replies, false);
        return kDone;
    }
    for (const auto& reply : replies) print_reply(reply, false);
    print_count(replies.size());
    return kDone;
}

int run_events_command(
    const GlobalOptions& global, const EventsCommand& options, RegisterTasks linked_in
) {
    const Signals signals;
    Line line(global, linked_in);
    const auto& settings = line.session.settings();
    const auto queue = "celeryev." + Luck::seeded_by_the_system().uuid();
    line.fanout->subscribe({.exchange = settings.event_exchange, .key = "#", .queue = queue});
    line.fanout->receive(line.clock.ticks());
    if (!options.json) fmt::print("-> evdump: starting capture...\n");
    std::fflush(stdout);
    // As Python's receiver: workers that are there announce themselves.
    Control(*line.fanout, settings, line.clock).tell({.method = "heartbeat"});
    EventLines lines;
    const auto show = [&](const Json& event) {
        fmt::print("{}", options.json ? to_json_text(event) + "\n" : lines.line(event));
    };
    // The end comes by signal: the binding is taken away then, as kombu does with its own.
    const auto ended = [&] {
        const auto signal = signals.wait(0ms);
        return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT;
    };
    while (std::ferror(stdout) == 0 && !ended()) {
        for (auto& raw : line.fanout->receive(line.clock.ticks() + 200ms)) {
            const auto opened = open_plain(std::move(raw), settings.accept_content);
            const auto* message = std::get_if<PlainMessage>(&opened);
            if (!message) continue;
            if (message->body.is_array())
                for (const auto& event : message->body) show(event);
            else
                show(message->body);
        }
        std::fflush(stdout);
    }
    line.fanout->unsubscribe();
    return std::ferror(stdout) == 0 ? kDone : kFailed;
}

}  // namespace taskworker
