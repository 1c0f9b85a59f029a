#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "taskworker/json.hpp"

namespace taskworker {

// A result to come: Celery's AsyncResult or GroupResult, as far as its place in the tree goes.
struct ResultNode;
// Shared: one node is the parent of many.
using ResultTree = std::shared_ptr<ResultNode>;

struct ResultNode {
    std::string id;
    ResultTree parent = {};
    bool group = false;
    std::vector<ResultTree> children = {};  // of a group

    ResultNode() = default;
    explicit ResultNode(std::string name) : id(std::move(name)) {}
    ResultNode(std::string name, std::vector<ResultTree> all)
        : id(std::move(name)), group(true), children(std::move(all)) {}
    ResultNode(const ResultNode&) = delete;
    ResultNode& operator=(const ResultNode&) = delete;
    // A chain of a hundred thousand parents must not be taken down by recursion.
    ~ResultNode() {
        for (auto next = std::move(parent); next && next.use_count() == 1;)
            next = std::exchange(next->parent, nullptr);
    }
};

// [[id, parent], children] (celery/result.py: as_tuple).
Json as_tuple(const ResultNode& node);

}  // namespace taskworker
