#include "client/result_tree.hpp"

#include <utility>

#include "canvas/signature_json.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kDeepest = 200;  // groups within groups

std::string id_of(const Json& head) {
    return head.is_array() && !head.empty() ? canvas::text_or(head[0], "") : "";
}

ResultTree node_of(const Json& tuple, std::size_t depth);

// Parents are nested: a chain of thousands must not take the stack.
ResultTree parents_of(const Json& tuple, std::size_t depth) {
    ResultTree first, last;
    for (const Json* at = &tuple; at->is_array() && at->size() == 2;) {
        const auto& head = (*at)[0];
        auto next = std::make_shared<ResultNode>(id_of(head));
        if (next->id.empty()) break;
        if ((*at)[1].is_array()) {
            next->group = true;
            for (const auto& child : (*at)[1])
                if (auto node = node_of(child, depth + 1))
                    next->children.push_back(std::move(node));
        }
        if (last) {
            last->parent = next;
        } else {
            first = next;
        }
        last = std::move(next);
        if (!head.is_array() || head.size() < 2) break;
        at = &head[1];
    }
    return first;
}

ResultTree node_of(const Json& tuple, std::size_t depth) {
    return depth > kDeepest ? nullptr : parents_of(tuple, depth);
}

Json parsed(const std::string& text) {
    auto read = parse_json(text);
    auto* value = std::get_if<Json>(&read);
    return value ? std::move(*value) : Json();
}

}  // namespace

ResultTree tree_of(const Json& tuple) { return node_of(tuple, 0); }

void collect_leaves(const ResultTree& tree, std::vector<ResultTree>& into) {
    if (!tree) return;
    if (!tree->group) return into.push_back(tree);
    for (const auto& child : tree->children) collect_leaves(child, into);
}

std::vector<ResultTree> children_of(const ResultRecord& record) {
    std::vector<ResultTree> all;
    for (const auto& tuple : canvas::as_list(parsed(record.children)))
        collect_leaves(tree_of(tuple), all);
    return all;
}

Failure failure_of(const ResultRecord& record) {
    const auto result = parsed(record.result);
    Failure failure;
    failure.type = canvas::text_or(canvas::member(result, "exc_type"), "Exception");
    failure.module = canvas::text_or(canvas::member(result, "exc_module"), "builtins");
    failure.args = Json(canvas::as_list(canvas::member(result, "exc_message")));
    failure.message = exception_text(failure.type, failure.args);
    failure.traceback = record.traceback.value_or("");
    return failure;
}

}  // namespace taskworker
