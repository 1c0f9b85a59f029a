#include "cli/remote_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/setting_value.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using enum RemoteVerb::Kind;

constexpr std::array kVerbs = {
    RemoteVerb{"active", "dump_active", Inspect, "safe", "", "Tasks that run"},
    RemoteVerb{"active_queues", "", Inspect, "", "", "Queues that are consumed"},
    RemoteVerb{"clock", "", Inspect, "", "", "Logical clock"},
    RemoteVerb{"conf", "dump_conf", Inspect, "with_defaults", "[include_defaults]", "Settings"},
    RemoteVerb{"memdump", "", Inspect, "samples:number", "[n_samples]", "Of Python workers"},
    RemoteVerb{"memsample", "", Inspect, "", "", "Resident memory"},
    RemoteVerb{
        "objgraph",
        "",
        Inspect,
        "type num:number max_depth:number",
        "[type [num [depth]]]",
        "Of Python workers"},
    RemoteVerb{"ping", "", Inspect, "", "", "Who is there"},
    RemoteVerb{
        "query_task", "", Inspect, "ids*", "<id> [<id>…]", "What a worker knows of these tasks"},
    RemoteVerb{
        "registered",
        "dump_tasks",
        Inspect,
        "taskinfoitems*",
        "[<attribute>…]",
        "Tasks it can run"},
    RemoteVerb{"report", "", Inspect, "", "", "Versions and settings, for a bug report"},
    RemoteVerb{"reserved", "dump_reserved", Inspect, "", "", "Tasks that wait for a slot"},
    RemoteVerb{"revoked", "dump_revoked", Inspect, "", "", "Ids that must not run"},
    RemoteVerb{"scheduled", "dump_schedule", Inspect, "", "", "Tasks that wait for their ETA"},
    RemoteVerb{"stats", "", Inspect, "", "", "Counts, pool, broker, resources"},
    RemoteVerb{
        "add_consumer",
        "",
        Control,
        "queue exchange exchange_type routing_key",
        "<queue> [exchange [type [routing_key]]]",
        "Consume one queue more"},
    RemoteVerb{
        "autoscale", "", Control, "max:number min:number", "[max [min]]", "Bounds of autoscaling"},
    RemoteVerb{"cancel_consumer", "", Control, "queue", "<queue>", "Consume one queue less"},
    RemoteVerb{"disable_events", "", Control, "", "", "Send no events of tasks"},
    RemoteVerb{"election", "", Control, "id topic action", "", "Of Python workers"},
    RemoteVerb{"enable_events", "", Control, "", "", "Send events of tasks"},
    RemoteVerb{"heartbeat", "", Control, "", "", "Send a heartbeat now"},
    RemoteVerb{"pool_grow", "", Control, "n:number", "[N]", "More slots"},
    RemoteVerb{"pool_restart", "", Control, "", "", "Replace the pool's processes"},
    RemoteVerb{"pool_shrink", "", Control, "n:number", "[N]", "Fewer slots"},
    RemoteVerb{
        "rate_limit",
        "",
        Control,
        "task_name rate_limit",
        "<task_name> <rate_limit (5/s, 5/m, 5/h)>",
        "Most starts of a task"},
    RemoteVerb{"revoke", "", Control, "task_id*", "<id> [<id>…]", "These tasks must not run"},
    RemoteVerb{
        "revoke_by_stamped_headers",
        "",
        Control,
        "headers*",
        "<key=value>…",
        "Tasks with these stamps must not run"},
    RemoteVerb{"shutdown", "", Control, "", "", "End the worker when its tasks have ended"},
    RemoteVerb{
        "terminate", "", Control, "signal task_id*", "<signal> <id> [<id>…]", "End running tasks"},
    RemoteVerb{
        "time_limit",
        "",
        Control,
        "task_name soft:number hard:number",
        "<task_name> <soft_secs> [hard_secs]",
        "Time limits of a task"},
};

struct Parameter_ {
    std::string name;
    bool number = false, rest = false;
};

std::vector<Parameter_> parameters_of(const RemoteVerb& verb) {
    std::vector<Parameter_> parameters;
    std::string_view left = verb.arguments;
    while (!left.empty()) {
        const auto word = left.substr(0, left.find(' '));
        left.remove_prefix(std::min(word.size() + 1, left.size()));
        Parameter_ parameter{std::string(word.substr(0, word.find_first_of(":*")))};
        parameter.number = word.ends_with(":number");
        parameter.rest = word.ends_with('*');
        parameters.push_back(std::move(parameter));
    }
    return parameters;
}

Json number_of(const RemoteVerb& verb, const Parameter_& parameter, const std::string& word) {
    const auto read = read_text(Shape::Number, word);
    Seconds value{};
    if (read.broken || convert(read.value, value))
        throw ConfigError(
            fmt::format("{}: {} must be a number from 0, not '{}'", verb.name, parameter.name, word)
        );
    const double number = value.count();
    if (std::trunc(number) == number && number < 1e15) return static_cast<std::int64_t>(number);
    return number;
}

void append_value(std::string& text, const Json& value, std::size_t indent) {
    const std::string space(indent, ' ');
    if (value.is_object()) {
        for (const auto& [name, item] : value.items()) {
            if (item.is_structured() && !item.empty()) {
                text += fmt::format("{}{}:\n", space, name);
                append_value(text, item, indent + 4);
            } else {
                text += fmt::format("{}{}: {}\n", space, name, python_str(item));
            }
        }
    } else if (value.is_array()) {
        for (const auto& item : value) {
            if (item.is_object() && !item.empty()) {
                const auto at = text.size();
                append_value(text, item, indent + 2);
                text.replace(at + indent, 2, "* ");
            } else {
                text += fmt::format("{}* {}\n", space, python_str(item));
            }
        }
    } else {
        const auto whole = python_str(value);
        for (std::string_view rest = whole; !rest.empty();) {
            const auto line = rest.substr(0, rest.find('\n'));
            text += fmt::format("{}{}\n", space, line);
            rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        }
    }
}

}  // namespace

std::span<const RemoteVerb> remote_verbs() { return kVerbs; }

const RemoteVerb* find_remote_verb(RemoteVerb::Kind kind, std::string_view name) {
    const auto found = std::find_if(kVerbs.begin(), kVerbs.end(), [&](const RemoteVerb& verb) {
        return verb.kind == kind &&
               (verb.name == name || (!verb.alias.empty() && verb.alias == name));
    });
    return found == kVerbs.end() ? nullptr : &*found;
}

Json remote_arguments(const RemoteVerb& verb, std::span<const std::string> words) {
    Json arguments = Json::object();
    std::size_t at = 0;
    for (const auto& parameter : parameters_of(verb)) {
        if (at >= words.size()) break;
        if (parameter.rest) {
            arguments[parameter.name] = std::vector<std::string>(
                words.begin() + static_cast<std::ptrdiff_t>(at), words.end()
            );
            return arguments;
        }
        const auto& word = words[at++];
        if (parameter.number) {
            arguments[parameter.name] = number_of(verb, parameter, word);
        } else if (parameter.name == "with_defaults" || parameter.name == "safe") {
            arguments[parameter.name] =
                word == "true" || word == "yes" || word == "1" || word == "on";
        } else {
            arguments[parameter.name] = word;
        }
    }
    if (at < words.size())
        throw ConfigError(fmt::format(
            "{} takes no argument '{}': {} {}", verb.name, words[at], verb.name, verb.usage
        ));
    return arguments;
}

std::string reply_text(const Json& reply) {
    if (reply.is_null()) return {};
    if (reply.is_structured() && reply.empty()) return "    - empty -\n";
    std::string text;
    append_value(text, reply, 4);
    return text;
}

}  // namespace taskworker
