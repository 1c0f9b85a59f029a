#pragma once

#include <optional>
#include <string>

#include "message/result_record.hpp"

namespace taskworker {

// The result backend as a built-in task sees it; a resource that the worker offers. Any thread.
// Throws BackendError.
class StoredResults {
public:
    virtual ~StoredResults() = default;
    virtual std::optional<ResultRecord> load(const std::string& id) = 0;
    virtual void store(const ResultRecord& record) = 0;  // never over a SUCCESS
};

}  // namespace taskworker
