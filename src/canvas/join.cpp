// Links, and what `|` makes of two signatures (celery/canvas.py: link, link_error, __or__).
#include <algorithm>
#include <utility>

#include "canvas/signature_json.hpp"

namespace taskworker::canvas {
namespace {

Json::array_t& list_option(Json& signature, const char* name) {
    auto& value = signature["options"][name];
    if (!value.is_array()) value = as_list(value);
    return value.get_ref<Json::array_t&>();
}

void append_once(Json& signature, const char* name, const Json& link) {
    auto& list = list_option(signature, name);
    if (std::find(list.begin(), list.end(), link) == list.end()) list.push_back(link);
}

// As Celery's clone(immutable=True) marks it: an option, not the attribute.
Json marked_immutable(const Json& errback) {
    auto copy = read(errback);
    copy["options"]["immutable"] = true;
    return copy;
}

// The tasks of a chain with the chain's own links on them.
Json::array_t unchained(const Json& chain, bool on_header) {
    auto tasks = members(chain);
    if (tasks.empty()) return tasks;
    for (const auto& callback : as_list(option(chain, "link"))) link(tasks.back(), callback);
    for (const auto& errback : as_list(option(chain, "link_error")))
        for (auto& task : tasks) link_error(task, errback, on_header);
    return tasks;
}

Json& body_of(Json& chord) { return chord["kwargs"]["body"]; }

Json chain_of(Json::array_t tasks, Json last) {
    tasks.push_back(std::move(last));
    return make_chain(std::move(tasks));
}

Json join_chain_and_group(const Json& left, const Json& right, bool on_header) {
    auto other = unrolled(right);
    if (kind_of(other) != Kind::Group) return join(left, other, on_header);
    auto tasks = unchained(left, on_header);
    if (tasks.empty()) return other;
    if (kind_of(tasks.back()) == Kind::Chord) {
        auto& body = body_of(tasks.back());
        body = join(body, other, on_header);
        return make_chain(std::move(tasks));
    }
    return chain_of(std::move(tasks), std::move(other));
}

Json join_chain_and_task(const Json& left, const Json& right, bool on_header) {
    auto chain = clone(left);
    auto& tasks = members(chain);
    if (!tasks.empty() && kind_of(tasks.back()) == Kind::Group) {
        auto header = std::move(members(tasks.back()));
        tasks.back() = make_chord(std::move(header), right);
        if (tasks.size() > 1 && kind_of(tasks[tasks.size() - 2]) == Kind::Chord) {
            auto last = std::move(tasks.back());
            tasks.pop_back();
            body_of(tasks.back()) = join(body_of(tasks.back()), last, on_header);
        }
        return chain;
    }
    if (!tasks.empty() && kind_of(tasks.back()) == Kind::Chord && kind_of(right) != Kind::Chord) {
        body_of(tasks.back()) = join(body_of(tasks.back()), right, on_header);
        return chain;
    }
    return chain_of(unchained(left, on_header), right);
}

Json join_chain(const Json& left, const Json& right, bool on_header) {
    if (kind_of(right) == Kind::Group) return join_chain_and_group(left, right, on_header);
    if (kind_of(right) != Kind::Chain) return join_chain_and_task(left, right, on_header);
    auto all = left;
    for (const auto& task : unchained(right, on_header)) all = join(all, task, on_header);
    return all;
}

Json join_task(const Json& left, const Json& right, bool on_header) {
    if (kind_of(right) != Kind::Chain) return make_chain({left, unrolled(right)});
    auto tasks = unchained(right, on_header);
    tasks.insert(tasks.begin(), left);
    return make_chain(std::move(tasks));
}

Json join_chord(const Json& left, const Json& right, bool on_header) {
    const auto other = unrolled(right);
    if (kind_of(other) == Kind::Group || kind_of(other) == Kind::Chain)
        return join_task(left, other, on_header);
    auto chord = clone(left);
    body_of(chord) = join(body_of(chord), other, on_header);
    return chord;
}

}  // namespace

Json unrolled(Json group) {
    if (kind_of(group) != Kind::Group || members(group).size() != 1) return group;
    return members(group).front();
}

void link(Json& signature, const Json& callback) {
    if (kind_of(signature) == Kind::Chord) return link(body_of(signature), callback);
    if (kind_of(signature) != Kind::Group) return append_once(signature, "link", callback);
    if (members(signature).empty()) return;
    auto immutable = read(callback);
    immutable["immutable"] = true;  // a member's result is not the group's
    link(members(signature).front(), immutable);
}

void link_error(Json& signature, const Json& errback, bool on_header) {
    switch (kind_of(signature)) {
        case Kind::Group:
            for (auto& task : members(signature))
                link_error(task, marked_immutable(errback), on_header);
            return;
        case Kind::Chord:
            for (auto& task : members(signature)) {
                if (on_header) link_error(task, marked_immutable(errback), on_header);
                if (kind_of(task) == Kind::Chord) link_error(task, errback, on_header);
            }
            if (!body_of(signature).is_null()) link_error(body_of(signature), errback, on_header);
            return;
        default:
            append_once(signature, "link_error", errback);
    }
}

Json join(const Json& left, const Json& right, bool on_header) {
    switch (kind_of(left)) {
        case Kind::Group:
            return make_chord(members(left), right);
        case Kind::Chain:
            return join_chain(left, right, on_header);
        case Kind::Chord:
            return join_chord(left, right, on_header);
        default:
            return join_task(left, right, on_header);
    }
}

}  // namespace taskworker::canvas
