#include "canvas/expand.hpp"

#include <algorithm>
#include <utility>

#include "message/python_json.hpp"

namespace taskworker::canvas {
namespace {

// A call's options over the signature's own, without a look at what is kept.
Json over(const Json& own, const Json& options) {
    auto all = own;
    for (const auto& [name, value] : options.items()) all[name] = value;
    return all;
}

Json with_partial(const Json& signature, const Json& args) {
    if (args.empty() || is_immutable(signature)) return signature.at("args");
    auto all = args;
    for (const auto& argument : signature.at("args")) all.push_back(argument);
    return all;
}

Json without_nulls(const Json& options) {
    auto kept = Json::object();
    for (const auto& [name, value] : options.items())
        if (!value.is_null()) kept[name] = value;
    return kept;
}

// Frozen into a chord: the last step of a part, or the body of an inner chord.
bool is_inside_a_chord(const Json& group) {
    return truthy(option(group, "chord")) && truthy(option(group, "group_id"));
}

}  // namespace

ResultTree Expander::apply(
    const Json& signature, const Json& args, const Json& kwargs, Json options
) {
    switch (kind_of(signature)) {
        case Kind::Chain:
            return apply_chain(signature, args, kwargs, std::move(options));
        case Kind::Group:
            return apply_group(
                signature,
                args,
                kwargs,
                std::move(options),
                is_inside_a_chord(signature) ? Size::Outer : Size::Its
            );
        case Kind::Chord:
            return apply_chord(signature, args, kwargs, std::move(options));
        case Kind::Chunks:
            return apply_chunks(signature, std::move(options));
        case Kind::Task:
            break;
    }
    // The steps to come may be thousands: past all that is copied here.
    auto chain = canvas::take(options, "chain");
    auto merged = merge(signature, args, kwargs, without_nulls(options));
    if (!chain.is_null()) merged.options["chain"] = std::move(chain);
    return publish(
        signature.at("task").get<std::string>(),
        std::move(merged.args),
        std::move(merged.kwargs),
        std::move(merged.options)
    );
}

// What is no task hands the steps on within signatures, as values.
ResultTree Expander::apply_step(const Json& step, const Json& args, Json options, JsonList rest) {
    if (kind_of(step) != Kind::Task) {
        options["chain"] = rest.value();
        return apply(step, args, Json::object(), std::move(options));
    }
    auto merged = merge(step, args, Json::object(), without_nulls(options));
    return publish(
        step.at("task").get<std::string>(),
        std::move(merged.args),
        std::move(merged.kwargs),
        std::move(merged.options),
        std::move(rest)
    );
}

ResultTree Expander::apply_chain(
    const Json& signature, const Json& args, const Json& kwargs, Json options
) {
    auto rest = over(signature.at("options"), options);
    StepsWish wish;
    wish.args = with_partial(signature, args);
    wish.kwargs = kwargs;
    wish.group_id = canvas::take(rest, "group_id");
    wish.chord = canvas::take(rest, "chord");
    wish.last_id = canvas::take(rest, "task_id");
    const auto callbacks = canvas::take(rest, "link");
    wish.link_error = canvas::take(rest, "link_error");
    wish.root_id = canvas::take(rest, "root_id");
    wish.group_index = canvas::take(rest, "group_index");
    canvas::take(rest, "parent_id");  // Celery's is the current task's

    auto tasks = members(signature);
    auto steps = prepare_steps(tasks, wish);
    if (steps.tasks.empty()) return nullptr;
    if (truthy(callbacks)) {
        auto& links = steps.tasks.front()["options"]["link"];
        auto all = as_list(links);
        for (auto& callback : as_list(callbacks)) all.push_back(std::move(callback));
        links = std::move(all);
    }
    const auto first = std::move(steps.tasks.back());
    steps.tasks.pop_back();
    const bool alone = steps.tasks.empty();
    auto chain = as_list(member(rest, "chain"));
    for (auto& task : steps.tasks) chain.push_back(std::move(task));
    rest["chain"] = std::move(chain);
    auto sent = apply(first, Json::array(), Json::object(), std::move(rest));
    return alone ? sent : steps.results.front();
}

void Expander::prepare_members(
    const Json::array_t& tasks, const Json& group_id, const Json& root_id, std::vector<Member>& to
) {
    std::size_t index = 0;
    for (const auto& task : tasks) {
        auto copy = clone(task);
        const auto place = index++;
        if (kind_of(copy) == Kind::Group) {
            prepare_members(members(copy), group_id, root_id, to);
            continue;
        }
        auto result = freeze(copy, {nullptr, group_id, nullptr, root_id, nullptr, place});
        to.push_back({std::move(copy), std::move(result)});
    }
}

ResultTree Expander::apply_group(
    const Json& signature, const Json& args, const Json& kwargs, Json options, Size whose
) {
    const auto add = canvas::take(options, "add_to_parent");
    if (truthy(canvas::take(options, "link")))
        throw CanvasError("Cannot add link to group: use a chord", "TypeError");
    if (truthy(canvas::take(options, "link_error")))
        throw CanvasError("Cannot add link to group: do that on individual tasks", "TypeError");
    if (members(signature).empty()) {
        auto empty = signature;
        return freeze(empty, {});
    }
    auto rest = merge(signature, Json::array(), Json::object(), options).options;
    const auto given = canvas::take(rest, "task_id");
    const Json gid = truthy(given) ? given : Json(moment_.luck.uuid());
    rest["group_id"] = gid;
    std::vector<Member> parts;
    prepare_members(members(signature), gid, member(rest, "root_id"), parts);

    const auto chord = canvas::take(rest, "chord");
    canvas::take(rest, "group_index");
    rest["add_to_parent"] = false;
    std::vector<ResultTree> results;
    std::size_t size = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& task = parts[i].signature;
        const Json& body = chord.is_null() ? option(task, "chord") : chord;
        size += chord_size(task);
        if (!body.is_null() && whose == Size::Its && i + 1 == parts.size())
            dispatch_.writes.push_back(
                {.kind = GroupWrite::Kind::Size, .group_id = text_or(gid, ""), .size = size}
            );
        auto call = rest;
        call["chord"] = body;
        apply(task, args, kwargs, std::move(call));
        results.push_back(parts[i].result);
    }
    auto result = std::make_shared<ResultNode>(text_or(gid, ""), std::move(results));
    if (result->children.size() == 1 && result->children.front()->group) {
        auto only = result->children.front();
        result = std::move(only);
    }
    add_child(result, add);
    return result;
}

ResultTree Expander::apply_chord(
    const Json& signature, const Json& args, const Json& kwargs, Json options
) {
    const auto task_id = canvas::take(options, "task_id");
    const auto& body = signature.at("kwargs").at("body");
    if (body.is_null()) throw CanvasError("a chord without a body", "AttributeError");
    auto header_kwargs = over(signature.at("kwargs").at("kwargs"), kwargs);
    auto header = signature.at("kwargs").at("header");
    if (header.is_array()) {
        header = make_group(std::move(header.get_ref<Json::array_t&>()));
        const auto& own = option(signature, "task_id");
        header["options"]["task_id"] = truthy(own) ? own : Json(moment_.luck.uuid());
    }
    auto all = over(signature.at("options"), options);
    const auto own_id = canvas::take(all, "task_id");
    return run_chord(
        signature,
        std::move(header),
        clone(body, Json::array(), Json::object(), options),
        with_partial(signature, args),
        header_kwargs,
        task_id.is_null() ? own_id : task_id,
        std::move(all)
    );
}

ResultTree Expander::run_chord(
    const Json& signature,
    Json header,
    Json body,
    const Json& args,
    const Json& kwargs,
    const Json& task_id,
    Json given
) {
    // Named parameters of run(): what of them stands in the signature's own options stays there.
    for (const char* name : {"interval", "countdown", "max_retries", "eager"})
        canvas::take(given, name);
    auto options = over(signature.at("options"), given);
    canvas::take(options, "task_id");
    const Json root_id = option(body, "root_id");
    const auto& known = option(header, "task_id");
    const Json gid = truthy(known) ? known : Json(moment_.luck.uuid());
    for (const auto& [name, value] : options.items()) body["options"][name] = value;
    const auto end = freeze(
        body,
        {truthy(task_id) ? task_id : Json(moment_.luck.uuid()),
         gid,
         nullptr,
         root_id,
         nullptr,
         nullptr}
    );
    canvas::take(options, "chain");
    canvas::take(options, "chord");
    const auto parts = freeze_group(header, {nullptr, gid, body, root_id, nullptr, nullptr});
    if (members(header).empty()) {
        apply(body, Json::array({Json::array()}));
        end->parent = parts;
        return end;
    }
    const bool nested = std::any_of(parts->children.begin(), parts->children.end(), [](auto& part) {
        return part->group;
    });
    if (nested) {
        auto saved = Json::object();
        saved["result"] = as_tuple(*parts);
        dispatch_.writes.push_back(
            {.kind = GroupWrite::Kind::Saved,
             .group_id = text_or(gid, ""),
             .document = to_json_text(saved)}
        );
    }
    options["task_id"] = gid;
    end->parent = apply_group(header, args, kwargs, std::move(options), Size::Its);
    return end;
}

// A group of starmaps of n items each.
ResultTree Expander::apply_chunks(const Json& signature, Json options) {
    const auto& kwargs = signature.at("kwargs");
    const auto& items = member(kwargs, "it");
    const auto& most = member(kwargs, "n");
    if (!items.is_array() || !most.is_number_integer() || most <= 0)
        throw CanvasError("chunks need a list and the size of a chunk", "TypeError");
    const auto n = most.get<std::size_t>();
    Json::array_t tasks;
    for (std::size_t at = 0; at < items.size(); at += n) {
        auto part = Json::array();
        for (auto i = at; i < std::min(at + n, items.size()); ++i) part.push_back(items[i]);
        auto call = Json::object();
        call["task"] = member(kwargs, "task");
        call["it"] = std::move(part);
        tasks.push_back(make_task("celery.starmap", Json::array(), std::move(call), true));
    }
    return apply(make_group(std::move(tasks)), Json::array(), Json::object(), std::move(options));
}

void Expander::add_child(const ResultTree& result, const Json& wanted) {
    const bool trail = wanted.is_null() || truthy(wanted);
    if (current_ && trail && result) dispatch_.children.push_back(as_tuple(*result));
}

}  // namespace taskworker::canvas
