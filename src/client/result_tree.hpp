#pragma once

#include <string>
#include <vector>

#include "canvas/result_node.hpp"
#include "message/result_record.hpp"

namespace taskworker {

// Celery's tuples, [[id, parent], members or null], as they lie in results. Pure, and careful: what
// is stored may be anything.

// Null: it is no such tuple.
ResultTree tree_of(const Json& tuple);

// The tasks of a tree, in their order; not their parents.
void collect_leaves(const ResultTree& tree, std::vector<ResultTree>& into);

// What a task has sent, groups as their members.
std::vector<ResultTree> children_of(const ResultRecord& record);

// What a result of FAILURE or REVOKED says.
Failure failure_of(const ResultRecord& record);

}  // namespace taskworker
