// What a running task sends: canvases in its own name.
#include "task/send.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "canvas/follow.hpp"
#include "message/python_json.hpp"
#include "task/context_state.hpp"
#include "task/errback_call.hpp"
#include "taskworker/canvas.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

CurrentTask current(const Request& request) {
    const auto root = request.root_id.value_or("");
    return {request.id, root.empty() ? request.id : root, request.delivery_info.priority};
}

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

}  // namespace

std::optional<Failure> check_replacement(const Json& wanted) {
    try {
        const auto signature = canvas::read(wanted);
        if (signature.at("options").contains("chord"))
            throw CanvasError(
                "A signature replacing a task must not be part of a chord", "ImproperlyConfigured"
            );
        if (canvas::kind_of(signature) == canvas::Kind::Chain && canvas::members(signature).empty())
            throw CanvasError("Cannot replace with an empty chain", "ImproperlyConfigured");
    } catch (const CanvasError& error) {
        return failure_of(error);
    }
    return std::nullopt;
}

template <class Prepare>
Json ContextState::send(Json wanted, Prepare prepare) {
    const std::lock_guard lock(sending_);
    const Moment now{
        std::chrono::system_clock::now(),
        moment_.luck,
        moment_.node,
        resources.settings(),
        errbacks_in(resources.app())};
    try {
        canvas::Expander expander(now, current(request));
        auto signature = canvas::read(wanted);
        Spawned spawned;
        prepare(expander, signature, spawned);
        const auto result = expander.apply(signature);
        auto dispatch = expander.take();
        spawned.publish = outgoing(dispatch.messages);
        std::move(
            dispatch.writes.begin(), dispatch.writes.end(), std::back_inserter(spawned.groups)
        );
        spawned.children = std::move(dispatch.children);
        if (!result) throw CanvasError("a chain without tasks");
        auto tuple = as_tuple(*result);
        port.send(request, std::move(spawned));
        return tuple;
    } catch (const CanvasError& error) {
        throw std::invalid_argument(error.what());
    } catch (const EncodeError& error) {
        throw std::invalid_argument(error.what());
    }
}

Json ContextState::send(const Signature& signature) {
    return send(signature_to_json(signature), [](canvas::Expander&, Json&, Spawned&) {});
}

void ContextState::send(const Dispatch& dispatch) {
    if (dispatch.messages.empty()) return;
    port.send(
        request,
        {.publish = outgoing(dispatch.messages),
         .groups = dispatch.writes,
         .children = dispatch.children}
    );
}

// celery/app/task.py: Task.add_to_chord
Json ContextState::add_to_chord(const Signature& signature) {
    if (!request.chord.is_object() || !request.group)
        throw TaskError("ValueError", "Current task is not member of any chord");
    return send(
        signature_to_json(signature),
        [this](canvas::Expander& expander, Json& part, Spawned& spawned) {
            auto& options = part["options"];
            options["group_id"] = *request.group;
            options["group_index"] = request.group_index ? Json(*request.group_index) : Json();
            options["chord"] = request.chord;
            options["root_id"] = or_null(request.root_id);
            expander.freeze(part, {});
            spawned.groups.push_back({.kind = GroupWrite::Kind::Grown, .group_id = *request.group});
        }
    );
}

}  // namespace taskworker
