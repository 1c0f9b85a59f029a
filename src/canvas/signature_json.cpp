#include "canvas/signature_json.hpp"

#include <algorithm>
#include <utility>

#include "message/python_repr.hpp"

namespace taskworker::canvas {
namespace {

const Json kNull;

[[noreturn]] void refuse(const Json& signature, const std::string& why) {
    throw CanvasError(why + ": " + python_repr(signature, 200), "TypeError");
}

Json::array_t read_all(const Json& tasks, const Json& whole) {
    Json::array_t all;
    if (tasks.is_null()) return all;
    if (!tasks.is_array()) refuse(whole, "the tasks of a signature are not a list");
    all.reserve(tasks.size());
    for (const auto& task : tasks) all.push_back(read(task));
    return all;
}

// The header may be a group, a chain or a list (canvas.py: _maybe_group).
Json::array_t read_header(const Json& header, const Json& whole) {
    if (!header.is_object()) return read_all(header, whole);
    auto one = read(header);
    const auto kind = kind_of(one);
    if (kind == Kind::Group || kind == Kind::Chain) return std::move(members(one));
    return {std::move(one)};
}

void read_chord(Json& to, const Json& from) {
    const auto& kwargs = from["kwargs"];
    auto inner = member(kwargs, "kwargs");
    auto& mine = to["kwargs"] = Json::object();
    mine["kwargs"] = inner.is_object() ? inner : Json::object();
    mine["header"] = read_header(member(kwargs, "header"), from);
    const auto& body = member(kwargs, "body");
    mine["body"] = body.is_null() ? Json() : read(body);
}

Json plain(const Json& from) {
    if (!from.is_object()) refuse(from, "a signature is not an object");
    const auto& task = member(from, "task");
    if (!task.is_string()) refuse(from, "a signature has no task");
    auto to = Json::object();
    to["task"] = task;
    const auto part = [&](const char* name, Json empty) {
        const auto& value = member(from, name);
        if (value.is_null()) return empty;
        if (value.type() != empty.type())
            refuse(from, std::string(name) + " of a signature are of the wrong type");
        return value;
    };
    to["args"] = part("args", Json::array());
    to["kwargs"] = part("kwargs", Json::object());
    to["options"] = part("options", Json::object());
    to["subtask_type"] = nullptr;
    to["immutable"] = truthy(member(from, "immutable"));
    return to;
}

Json bare(const char* task, const char* type) {
    auto signature = make_task(task);
    signature["subtask_type"] = type;
    return signature;
}

}  // namespace

bool truthy(const Json& value) {
    if (value.is_null()) return false;
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value != 0;
    if (value.is_number()) return value != 0.0;
    if (value.is_string()) return !value.get_ref<const std::string&>().empty();
    return !value.is_structured() || !value.empty();
}

const Json& member(const Json& object, std::string_view name) {
    if (!object.is_object()) return kNull;
    for (const auto& [key, value] : object.get_ref<const Json::object_t&>())
        if (key == name) return value;
    return kNull;
}

const Json& option(const Json& signature, std::string_view name) {
    return member(member(signature, "options"), name);
}

Json take(Json& options, std::string_view name) {
    auto& object = options.get_ref<Json::object_t&>();
    const auto found = std::find_if(object.begin(), object.end(), [&](const auto& one) {
        return one.first == name;
    });
    if (found == object.end()) return nullptr;
    Json value = std::move(found->second);
    options.erase(std::string(name));
    return value;
}

Json::array_t as_list(const Json& value) {
    if (value.is_null()) return {};
    if (value.is_array()) return value.get_ref<const Json::array_t&>();
    return {value};
}

std::string text_or(const Json& value, std::string otherwise) {
    return value.is_string() && truthy(value) ? value.get<std::string>() : std::move(otherwise);
}

Json read(const Json& from) {
    auto to = plain(from);
    const auto& type = member(from, "subtask_type");
    if (!truthy(type)) return to;
    const auto name = text_or(type, "");
    if (name == "chain" || name == "group") {
        // Neither keeps arguments of its own (canvas.py: _chain.from_dict, group.from_dict).
        auto tasks = read_all(member(to["kwargs"], "tasks"), from);
        auto options = std::move(to["options"]);
        to = name == "chain" ? make_chain(std::move(tasks)) : make_group(std::move(tasks));
        to["options"] = std::move(options);
    } else if (name == "chord") {
        to["subtask_type"] = name;
        read_chord(to, from);
    } else if (name == "chunks") {
        to["subtask_type"] = name;
    } else if (name == "xmap" || name == "xstarmap") {
        to["immutable"] = true;  // an ordinary call of celery.map
    } else {
        refuse(from, "a signature of unknown type");
    }
    return to;
}

Kind kind_of(const Json& signature) {
    const auto& type = member(signature, "subtask_type");
    if (!type.is_string()) return Kind::Task;
    const auto& name = type.get_ref<const std::string&>();
    if (name == "chain") return Kind::Chain;
    if (name == "group") return Kind::Group;
    if (name == "chord") return Kind::Chord;
    return name == "chunks" ? Kind::Chunks : Kind::Task;
}

const Json::array_t& members(const Json& signature) {
    const auto& kwargs = member(signature, "kwargs");
    const auto& tasks = member(kwargs, kind_of(signature) == Kind::Chord ? "header" : "tasks");
    // A header that was frozen is a group again.
    if (tasks.is_object()) return members(tasks);
    static const Json::array_t kNone;
    return tasks.is_array() ? tasks.get_ref<const Json::array_t&>() : kNone;
}

Json::array_t& members(Json& signature) {
    auto& kwargs = signature["kwargs"];
    auto& tasks = kwargs[kind_of(signature) == Kind::Chord ? "header" : "tasks"];
    if (tasks.is_object()) return members(tasks);
    if (!tasks.is_array()) tasks = Json::array();
    return tasks.get_ref<Json::array_t&>();
}

bool is_immutable(const Json& signature) { return truthy(member(signature, "immutable")); }

Json make_task(std::string name, Json args, Json kwargs, bool immutable) {
    auto signature = Json::object();
    signature["task"] = std::move(name);
    signature["args"] = std::move(args);
    signature["kwargs"] = std::move(kwargs);
    signature["options"] = Json::object();
    signature["subtask_type"] = nullptr;
    signature["immutable"] = immutable;
    return signature;
}

Json make_chain(Json::array_t tasks) {
    auto chain = bare("celery.chain", "chain");
    chain["kwargs"]["tasks"] = std::move(tasks);
    return chain;
}

Json make_group(Json::array_t tasks) {
    auto group = bare("celery.group", "group");
    group["kwargs"]["tasks"] = std::move(tasks);
    return group;
}

Json make_chord(Json::array_t header, Json body, Json options) {
    auto chord = bare("celery.chord", "chord");
    auto& kwargs = chord["kwargs"];
    kwargs["kwargs"] = Json::object();
    kwargs["header"] = std::move(header);
    kwargs["body"] = std::move(body);
    chord["options"] = std::move(options);
    return chord;
}

namespace {

// Options that a later call does not change once they are there.
bool is_kept(const Json& own, const std::string& name) {
    if (!own.contains(name)) return false;
    if (name == "group_id" || name == "stamped_headers") return true;
    const auto& stamps = member(own, "stamped_headers");
    return stamps.is_array() && std::find(stamps.begin(), stamps.end(), name) != stamps.end();
}

}  // namespace

Merged merge(const Json& signature, const Json& args, const Json& kwargs, const Json& options) {
    Merged merged{signature.at("args"), signature.at("kwargs"), signature.at("options")};
    const auto& own = signature.at("options");
    for (const auto& [name, value] : options.items())
        if (!is_kept(own, name)) merged.options[name] = value;
    if (is_immutable(signature)) return merged;
    if (!args.empty()) {
        auto all = args;
        for (auto& argument : merged.args) all.push_back(std::move(argument));
        merged.args = std::move(all);
    }
    for (const auto& [name, value] : kwargs.items()) merged.kwargs[name] = value;
    return merged;
}

Json clone(const Json& signature, const Json& args, const Json& kwargs, const Json& options) {
    const auto kind = kind_of(signature);
    auto merged = merge(signature, args, kwargs, options);
    const bool canvas = kind == Kind::Chain || kind == Kind::Group;
    auto copy = Json::object();
    copy["task"] = signature.at("task");
    copy["args"] = canvas ? Json::array() : std::move(merged.args);
    copy["kwargs"] = canvas ? signature.at("kwargs") : std::move(merged.kwargs);
    copy["options"] = std::move(merged.options);
    copy["subtask_type"] = signature.at("subtask_type");
    copy["immutable"] = !canvas && is_immutable(signature);
    return copy;
}

}  // namespace taskworker::canvas
