#pragma once

#include <functional>
#include <optional>
#include <string>

#include "message/result_record.hpp"

namespace taskworker {

// `taskworker result ID --tree`: the tasks from the root of ID's canvas down, as far as results are
// stored, each with its state. Empty: nothing is stored about ID. Throws what `load` throws.
using LoadRecord = std::function<std::optional<ResultRecord>(const std::string& id)>;
std::string result_tree_text(const std::string& id, const LoadRecord& load);

}  // namespace taskworker
