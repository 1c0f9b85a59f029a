#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taskworker/json.hpp"

namespace taskworker {

// The verbs of `inspect` and `control` and how their arguments are written
// (celery/worker/control.py: the decorators; wire §10.3). Pure.
struct RemoteVerb {
    enum class Kind { Inspect, Control };
    std::string_view name, alias;
    Kind kind;
    std::string_view arguments;  // "task_name soft:number hard:number", "ids*": all the rest
    std::string_view usage;      // "<task_name> <soft_secs> [hard_secs]"
    std::string_view help;
};

std::span<const RemoteVerb> remote_verbs();
const RemoteVerb* find_remote_verb(RemoteVerb::Kind kind, std::string_view name);

// The words behind a verb as its arguments. Throws ConfigError: too many, or not a number.
Json remote_arguments(const RemoteVerb& verb, std::span<const std::string> words);

// A reply as people read it, every line indented; nothing for null.
std::string reply_text(const Json& reply);

}  // namespace taskworker
