// Giving the parts of a canvas their ids (celery/canvas.py: freeze, prepare_steps).
#include <deque>
#include <utility>

#include "canvas/expand.hpp"

namespace taskworker {

Json as_tuple(const ResultNode& node) {
    // Parents are nested: from the root down, without recursion.
    std::vector<const ResultNode*> line;
    for (const auto* one = &node; one; one = one->parent.get()) line.push_back(one);
    Json tuple = nullptr;
    for (auto at = line.rbegin(); at != line.rend(); ++at) {
        Json head = Json::array({(*at)->id, std::move(tuple)});
        Json tail = nullptr;
        if ((*at)->group) {
            tail = Json::array();
            for (const auto& child : (*at)->children) tail.push_back(as_tuple(*child));
        }
        tuple = Json::array();
        tuple.push_back(std::move(head));
        tuple.push_back(std::move(tail));
    }
    return tuple;
}

namespace canvas {
namespace {

const Json& body_of(const Json& chord) { return chord.at("kwargs").at("body"); }

}  // namespace

std::size_t chord_size(const Json& signature) {
    switch (kind_of(signature)) {
        case Kind::Group: {
            std::size_t all = 0;
            for (const auto& task : members(signature)) all += chord_size(task);
            return all;
        }
        case Kind::Chain: {
            const auto& tasks = members(signature);
            for (auto task = tasks.rbegin(); task != tasks.rend(); ++task)
                if (const auto size = chord_size(*task)) return size;
            return 0;
        }
        case Kind::Chord:
            return body_of(signature).is_null() ? 0 : chord_size(body_of(signature));
        default:
            return 1;
    }
}

ResultTree Expander::freeze(Json& signature, const Frozen& with) {
    switch (kind_of(signature)) {
        case Kind::Chain:
            return freeze_chain(signature, with);
        case Kind::Group:
            return freeze_group(signature, with);
        case Kind::Chord:
            return freeze_chord(signature, with);
        default:
            return freeze_task(signature, with);
    }
}

ResultTree Expander::freeze_task(Json& signature, const Frozen& with) {
    auto& options = signature["options"];
    auto& id = options["task_id"];
    if (!id.is_string()) id = truthy(with.id) ? with.id : Json(moment_.luck.uuid());
    const auto task_id = id.get<std::string>();
    if (truthy(with.root_id)) options["root_id"] = with.root_id;
    if (truthy(with.parent_id)) options["parent_id"] = with.parent_id;
    if (!options.contains("reply_to")) options["reply_to"] = "";
    if (truthy(with.group_id) && !options.contains("group_id")) options["group_id"] = with.group_id;
    if (truthy(with.chord)) options["chord"] = with.chord;
    if (!with.group_index.is_null()) options["group_index"] = with.group_index;
    return std::make_shared<ResultNode>(task_id);
}

ResultTree Expander::freeze_chain(Json& signature, const Frozen& with) {
    StepsWish wish;
    wish.args = signature["args"];
    wish.root_id = with.root_id;
    wish.last_id = with.id;
    wish.group_id = with.group_id;
    wish.chord = with.chord;
    wish.group_index = with.group_index;
    wish.clone = false;
    const auto steps = prepare_steps(members(signature), wish);
    if (steps.results.empty()) throw CanvasError("a chain without tasks", "IndexError");
    signature["options"]["task_id"] = with.id;
    return steps.results.front();
}

ResultTree Expander::freeze_group(Json& signature, const Frozen& with) {
    auto& options = signature["options"];
    auto& gid = options["task_id"];
    if (!gid.is_string()) gid = truthy(with.group_id) ? with.group_id : Json(moment_.luck.uuid());
    const auto id = gid.get<std::string>();
    if (truthy(with.group_id)) options["group_id"] = with.group_id;
    if (truthy(with.chord)) options["chord"] = with.chord;
    if (!with.group_index.is_null()) options["group_index"] = with.group_index;
    if (!options.contains("root_id")) options["root_id"] = with.root_id;
    if (!options.contains("parent_id")) options["parent_id"] = with.parent_id;
    const Json root = options["root_id"], parent = options["parent_id"];

    // Nested groups are flattened; their members come in reverse (deque.extendleft).
    std::deque<Json> stack;
    for (auto& task : members(signature)) stack.push_back(std::move(task));
    Json::array_t flat;
    std::vector<ResultTree> results;
    while (!stack.empty()) {
        auto task = clone(stack.front());
        stack.pop_front();
        if (kind_of(task) == Kind::Group) {
            for (auto& inner : members(task)) stack.push_front(std::move(inner));
            continue;
        }
        results.push_back(
            freeze(task, {nullptr, with.group_id, with.chord, root, parent, results.size()})
        );
        flat.push_back(std::move(task));
    }
    members(signature) = std::move(flat);
    return std::make_shared<ResultNode>(id, std::move(results));
}

// The body first: the header carries a copy of it.
ResultTree Expander::freeze_chord(Json& signature, const Frozen& with) {
    auto& kwargs = signature["kwargs"];
    ResultTree end;
    if (!kwargs["body"].is_null())
        end = freeze(
            kwargs["body"],
            {with.id, with.group_id, with.chord, with.root_id, nullptr, with.group_index}
        );
    auto& header = kwargs["header"];
    if (header.is_array()) header = make_group(std::move(header.get_ref<Json::array_t&>()));
    const auto parts =
        freeze(header, {nullptr, nullptr, kwargs["body"], with.root_id, with.parent_id, nullptr});
    signature["options"]["task_id"] = parts->id;
    if (!end) return parts;
    auto* node = end.get();
    while (node->parent) node = node->parent.get();
    node->parent = parts;
    return end;
}

// The steps of a chain from the last to the first: nested chains unrolled, groups before a step
// upgraded to chords.
class Expander::StepMaker {
public:
    StepMaker(Expander& expander, Json::array_t& tasks, const StepsWish& wish)
        : expander_(expander), wish_(wish) {
        for (auto& task : tasks) waiting_.push_back(&task);
    }

    Steps make() && {
        while (!waiting_.empty()) step();
        Steps steps;
        steps.results = std::move(results_);
        for (auto* task : made_) steps.tasks.push_back(*task);
        return steps;
    }

private:
    void step() {
        Json* task = waiting_.back();
        waiting_.pop_back();
        const bool first = waiting_.empty(), last = !begun_;
        if (kind_of(*task) == Kind::Group && members(*task).size() == 1)
            task = &members(*task).front();
        if (wish_.clone) {
            task =
                &own_.emplace_back(first ? clone(*task, wish_.args, wish_.kwargs) : clone(*task));
        } else if (first && !wish_.args.empty()) {
            auto args = wish_.args;
            for (const auto& argument : task->at("args")) args.push_back(argument);
            (*task)["args"] = std::move(args);
        }
        if (kind_of(*task) == Kind::Chain) {
            for (auto& inner : members(*task)) waiting_.push_back(&inner);
            return;
        }
        Json* group = nullptr;
        Json* body = nullptr;
        if (kind_of(*task) == Kind::Group && previous_) {
            group = task;
            body = previous_;
            task = upgraded(*task);
        }
        for (const auto& errback : as_list(wish_.link_error))
            link_error(*task, errback, expander_.on_header());
        freeze(task, last);
        if (group && !wish_.clone) {
            members(*group) = members(std::as_const(*task));
            *body = body_of(*task);
        }
    }

    // group | step: the step that was made last is the body.
    Json* upgraded(Json& group) {
        auto options = Json::object();
        if (!previous_result_->group) options["task_id"] = previous_result_->id;
        options["root_id"] = wish_.root_id;
        auto& chord = own_.emplace_back(make_chord(members(group), *previous_, options));
        made_.pop_back();
        results_.pop_back();
        previous_ = made_.empty() ? nullptr : made_.back();
        previous_result_ = results_.empty() ? nullptr : results_.back();
        return &chord;
    }

    void freeze(Json* task, bool last) {
        Frozen with;
        with.root_id = wish_.root_id;
        if (last) {
            with.id = wish_.last_id;
            with.group_id = wish_.group_id;
            with.chord = wish_.chord;
            with.group_index = wish_.group_index;
        }
        auto result = expander_.freeze(*task, with);
        begun_ = true;
        if (previous_result_ && !previous_result_->parent && previous_result_ != result)
            previous_result_->parent = result;
        made_.push_back(task);
        results_.push_back(result);
        previous_ = task;
        if (kind_of(*task) == Kind::Chord)
            while (result->parent) result = result->parent;
        previous_result_ = std::move(result);
    }

    Expander& expander_;
    const StepsWish& wish_;
    std::vector<Json*> waiting_;
    std::deque<Json> own_;  // addresses stay
    std::vector<Json*> made_;
    std::vector<ResultTree> results_;
    Json* previous_ = nullptr;
    ResultTree previous_result_;
    bool begun_ = false;
};

Expander::Steps Expander::prepare_steps(Json::array_t& tasks, const StepsWish& wish) {
    return StepMaker(*this, tasks, wish).make();
}

}  // namespace canvas
}  // namespace taskworker
