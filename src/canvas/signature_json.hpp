#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "taskworker/json.hpp"

namespace taskworker {

// A signature that cannot be followed: what is wrong with it. Thrown within canvas only; its doors
// (follow.hpp, finish_chord.hpp) turn it into a value.
class CanvasError : public std::runtime_error {
public:
    explicit CanvasError(const std::string& why, std::string python_type = "ValueError")
        : std::runtime_error(why), type(std::move(python_type)) {}
    std::string type;  // the exception that Celery raises here
};

namespace canvas {

// Signatures as Celery writes them (celery/canvas.py): objects of task, args, kwargs, options,
// subtask_type, immutable. All functions here want and make the normal form that read() gives:
// every member is there and has its type, members of a canvas are normal too.

enum class Kind { Task, Chain, Group, Chord, Chunks };

// As Signature.from_dict reads it; options of a chord's header group are not kept, the members of
// a chain or group keep theirs. Throws CanvasError.
Json read(const Json& signature);

Kind kind_of(const Json& signature);
// The members of a chain or group; of a chord those of its header.
Json::array_t& members(Json& signature);
const Json::array_t& members(const Json& signature);
bool is_immutable(const Json& signature);

Json make_task(
    std::string name, Json args = Json::array(), Json kwargs = Json::object(), bool immutable = false
);
Json make_chain(Json::array_t tasks);
Json make_group(Json::array_t tasks);
Json make_chord(Json::array_t header, Json body, Json options = Json::object());

// Python's truth of an option: null, "", [], {}, 0 and false are as good as missing.
bool truthy(const Json& value);
// The option, null when there is none.
const Json& option(const Json& signature, std::string_view name);
const Json& member(const Json& object, std::string_view name);
// Takes an option out of an object of options.
Json take(Json& options, std::string_view name);
// [] for null, the list itself, a list of one for anything else.
Json::array_t as_list(const Json& value);
std::string text_or(const Json& value, std::string otherwise);

// What a call of `signature` with these partial arguments has (Signature._merge). group_id and
// stamps that are there stay.
struct Merged {
    Json args, kwargs, options;
};
Merged merge(const Json& signature, const Json& args, const Json& kwargs, const Json& options);
// A copy with partial arguments (Signature.clone). Chains and groups have no arguments of their own.
Json clone(
    const Json& signature,
    const Json& args = Json::array(),
    const Json& kwargs = Json::object(),
    const Json& options = Json::object()
);

// ---- links ----

void link(Json& signature, const Json& callback);
// `on_header`: task_allow_error_cb_on_chord_header.
void link_error(Json& signature, const Json& errback, bool on_header);

// `left | right`, with all upgrades: a group before a task is a chord, chains are flattened …
Json join(const Json& left, const Json& right, bool on_header);
// A group of one is its member (maybe_unroll_group).
Json unrolled(Json group);

}  // namespace canvas
}  // namespace taskworker
