#include "canvas/follow.hpp"

#include <algorithm>
#include <utility>

#include "message/python_json.hpp"

namespace taskworker {

using namespace canvas;

Failure failure_of(const CanvasError& error) {
    Failure failure;
    failure.type = error.type;
    failure.module = error.type == "ImproperlyConfigured" ? "celery.exceptions"
                     : error.type == "EncodeError"        ? "kombu.exceptions"
                                                          : "builtins";
    failure.args = Json::array({error.what()});
    failure.message = error.what();
    failure.traceback = std::string("Traceback (most recent call last):\n") +
                        (failure.module == "builtins" ? "" : failure.module + ".") + error.type +
                        ": " + error.what() + "\n";
    return failure;
}

namespace {

// What canvas throws becomes the Failure.
template <class Send>
Followed dispatched(const Moment& moment, const CurrentTask& current, Send send) {
    try {
        Expander expander(moment, current);
        send(expander);
        return expander.take();
    } catch (const CanvasError& error) {
        return failure_of(error);
    } catch (const EncodeError& error) {
        return failure_of(CanvasError(error.what(), "EncodeError"));
    }
}

Json call_options(const CurrentTask& task, const Moment& moment) {
    auto options = Json::object();
    options["parent_id"] = task.id;
    options["root_id"] = task.root_id;
    if (moment.settings.task_inherit_parent_priority) options["priority"] = task.priority;
    return options;
}

// One alone is called as it is; of several the groups go by themselves, the rest as one group.
void send_callbacks(
    Expander& expander, const Json& callbacks, const Json& args, const Json& options
) {
    const auto call = [&](const Json& signature) {
        expander.apply(signature, args, Json::object(), options);
    };
    if (callbacks.size() == 1) return call(read(callbacks[0]));
    Json::array_t rest;
    for (const auto& callback : callbacks) {
        auto signature = read(callback);
        if (kind_of(signature) == Kind::Group) {
            call(signature);
        } else {
            rest.push_back(std::move(signature));
        }
    }
    if (!rest.empty()) call(make_group(std::move(rest)));
}

}  // namespace

Followed follow_success(
    const Links& links, const Json& result, const CurrentTask& task, const Moment& moment
) {
    return dispatched(moment, task, [&](Expander& expander) {
        const auto args = Json::array({result});
        const auto options = call_options(task, moment);
        if (truthy(links.callbacks)) send_callbacks(expander, links.callbacks, args, options);
        if (links.chain.empty()) return;
        expander.apply_step(read(links.chain.last()), args, options, links.chain.without_last());
    });
}

Errbacks errbacks_of(const Json& errbacks, const Moment& moment) {
    Errbacks split;
    for (const auto& errback : as_list(errbacks)) {
        const auto name = text_or(member(errback, "task"), "");
        if (moment.is_errback && moment.is_errback(name)) {
            split.here.push_back(errback);
        } else {
            split.sent.push_back(errback);
        }
    }
    return split;
}

Followed send_errbacks(
    const Json::array_t& errbacks, const CurrentTask& failed, const Moment& moment
) {
    return dispatched(moment, failed, [&](Expander& expander) {
        if (errbacks.empty()) return;
        Json::array_t tasks;
        for (const auto& errback : errbacks) tasks.push_back(read(errback));
        auto options = Json::object();
        options["parent_id"] = failed.id;
        options["root_id"] = failed.root_id;
        expander.apply(
            make_group(std::move(tasks)), Json::array({failed.id}), Json::object(), options
        );
    });
}

namespace {

Json with_links(Json signature, const Links& links, bool on_header) {
    if (kind_of(signature) == Kind::Group) {
        auto index = Json::object();
        index["index"] = 0;
        signature =
            join(signature, make_task("celery.accumulate", Json::array(), index), on_header);
    }
    for (const auto& callback : as_list(links.callbacks)) link(signature, callback);
    for (const auto& errback : as_list(links.errbacks)) link_error(signature, errback, on_header);
    if (kind_of(signature) == Kind::Chain && signature["options"].contains("link")) {
        auto& last = members(signature).back()["options"]["link"];
        auto all = as_list(last);
        for (auto& callback : as_list(option(signature, "link"))) all.push_back(callback);
        last = std::move(all);
        // Celery leaves them at the chain as well, and calls them twice.
        signature["options"].erase("link");
    }
    return signature;
}

}  // namespace

// celery/app/task.py: Task.replace
Followed replace_task(
    const Json& wanted, const ReplacedTask& task, const Links& links, const Moment& moment
) {
    const bool on_header = moment.settings.task_allow_error_cb_on_chord_header;
    return dispatched(moment, task.current, [&](Expander& expander) {
        auto signature = read(wanted);
        if (signature["options"].contains("chord"))
            throw CanvasError(
                "A signature replacing a task must not be part of a chord", "ImproperlyConfigured"
            );
        if (kind_of(signature) == Kind::Chain && members(signature).empty())
            throw CanvasError("Cannot replace with an empty chain", "ImproperlyConfigured");
        signature = with_links(std::move(signature), links, on_header);
        Frozen with;
        with.id = task.id;
        expander.freeze(signature, with);
        auto& options = signature["options"];
        options["chord"] = links.chord;
        options["group_id"] = task.group ? Json(*task.group) : Json();
        options["group_index"] = task.group_index ? Json(*task.group_index) : Json();
        options["root_id"] = task.root_id ? Json(*task.root_id) : Json();
        options["replaced_task_nesting"] = task.nesting + 1;
        if (kind_of(signature) == Kind::Chain)
            for (auto& step : members(signature))
                step["options"]["replaced_task_nesting"] = task.nesting + 1;
        auto rest = as_list(links.chain.value());
        for (auto step = rest.rbegin(); step != rest.rend(); ++step) {
            auto next = read(*step);
            next["options"]["replaced_task_nesting"] = task.nesting + 1;
            signature = join(signature, next, on_header);
        }
        expander.apply(signature);
    });
}

}  // namespace taskworker
