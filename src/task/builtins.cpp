#include "task/builtins.hpp"

#include <map>
#include <string>

#include "canvas/signature_json.hpp"
#include "task/bind_arguments.hpp"
#include "task/chord_unlock.hpp"
#include "task/context_access.hpp"
#include "taskworker/app.hpp"
#include "taskworker/context.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

namespace {

using Bound = std::vector<Json>;
using Kind = Parameter::Kind;

Parameter needed(std::string name) { return {std::move(name), Kind::Plain, true, nullptr}; }
Parameter given(std::string name, Json fallback = nullptr) {
    return {std::move(name), Kind::Plain, false, std::move(fallback)};
}
Parameter rest(std::string name, Kind kind) { return {std::move(name), kind, false, nullptr}; }

Signature signature_of(const Json& json) {
    try {
        const auto normal = canvas::read(json);
        return {
            normal.at("task").get<std::string>(),
            normal.at("args"),
            normal.at("kwargs"),
            normal.at("options"),
            normal.at("subtask_type"),
            canvas::is_immutable(normal)};
    } catch (const CanvasError& error) {
        throw TaskError(error.type, error.what());
    }
}

// Calls the task of this signature right here, once per item.
Json call_each(Context& context, const Json& signature, const Json& items, bool star) {
    const auto name =
        canvas::text_or(signature.is_string() ? signature : canvas::member(signature, "task"), "");
    const auto* task = ContextAccess::of(context).resources.app().find(name);
    if (!task) throw TaskError("NotRegistered", Json::array({name}), "celery.exceptions");
    if (!items.is_array()) throw TaskError("TypeError", "'it' is not iterable");
    auto results = Json::array();
    for (const auto& item : items) {
        if (star && !item.is_array()) throw TaskError("TypeError", "an item is not iterable");
        auto bound = bind_arguments(*task, star ? item : Json::array({item}), Json::object());
        if (const auto* wrong = std::get_if<BindError>(&bound))
            throw TaskError("TypeError", wrong->why);
        results.push_back(task->invoke(context, std::get<Bound>(bound)));
    }
    return results;
}

Json map(Context& context, Bound& bound) { return call_each(context, bound[0], bound[1], false); }
Json starmap(Context& context, Bound& bound) {
    return call_each(context, bound[0], bound[1], true);
}

Json chunks(Context& context, Bound& bound) {
    auto kwargs = Json::object();
    kwargs["task"] = bound[0];
    kwargs["it"] = bound[1];
    kwargs["n"] = bound[2];
    return context.send({"celery.chunks", Json::array(), kwargs, Json::object(), "chunks", true});
}

// *args, or the one with this index: how a group that replaced a task hands on its results.
Json accumulate(Context&, Bound& bound) {
    const auto& args = bound[0];
    const auto& index = canvas::member(bound[1], "index");
    if (index.is_null()) return args;
    const auto at = index.is_number_integer() ? index.get<std::int64_t>() : -1;
    const auto size = static_cast<std::int64_t>(args.size());
    if (at >= size || at < -size) throw TaskError("IndexError", "tuple index out of range");
    return args[static_cast<std::size_t>(at < 0 ? at + size : at)];
}

// Legacy: its members have their ids already; sends them under the group's.
Json group(Context& context, Bound& bound) {
    for (const auto& task : canvas::as_list(bound[0])) {
        auto signature = signature_of(task);
        if (!signature.immutable) {
            auto args = Json(canvas::as_list(bound[3]));
            for (const auto& argument : signature.args) args.push_back(argument);
            signature.args = std::move(args);
        }
        signature.options["group_id"] = bound[2];
        signature.options["add_to_parent"] = false;
        context.send(signature);
    }
    return bound[1];
}

Json chord(Context& context, Bound& bound) {
    auto kwargs = Json::object();
    kwargs["kwargs"] = Json::object();
    kwargs["header"] = bound[0];
    kwargs["body"] = bound[1];
    return context.send(
        {"celery.chord", canvas::as_list(bound[2]), kwargs, Json::object(), "chord", false}
    );
}

Json chain(Context&, Bound&) { throw TaskError("NotImplementedError", "chain is not a real task"); }

Json backend_cleanup(Context&, Bound&) { return nullptr; }  // Redis expires by itself

using Body = Json (*)(Context&, Bound&);

std::map<std::string, TaskDef, std::less<>> make_builtins() {
    std::map<std::string, TaskDef, std::less<>> all;
    const auto add = [&](const char* name, std::vector<Parameter> parameters, Body body) {
        TaskDef task;
        task.name = name;
        task.parameters = std::move(parameters);
        task.signature = "(…)";
        task.invoke = body;
        all.emplace(name, std::move(task));
    };
    add("celery.map", {needed("task"), needed("it")}, &map);
    add("celery.starmap", {needed("task"), needed("it")}, &starmap);
    add("celery.chunks", {needed("task"), needed("it"), needed("n")}, &chunks);
    add("celery.accumulate", {rest("args", Kind::Args), rest("kwargs", Kind::Kwargs)}, &accumulate);
    add("celery.backend_cleanup", {}, &backend_cleanup);
    add("celery.chain", {rest("args", Kind::Args), rest("kwargs", Kind::Kwargs)}, &chain);
    add("celery.group",
        {needed("tasks"),
         needed("result"),
         needed("group_id"),
         needed("partial_args"),
         given("add_to_parent", true)},
        &group);
    add("celery.chord",
        {needed("header"),
         needed("body"),
         given("partial_args", Json::array()),
         rest("kwargs", Kind::Kwargs)},
        &chord);
    auto unlock = chord_unlock_task();
    all.emplace(unlock.name, std::move(unlock));
    return all;
}

}  // namespace

const TaskDef* find_builtin(std::string_view name) {
    static const auto kAll = make_builtins();
    const auto found = kAll.find(name);
    return found == kAll.end() ? nullptr : &found->second;
}

}  // namespace taskworker
