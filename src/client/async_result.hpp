#pragma once

#include <functional>
#include <optional>
#include <string>

#include "backend/result_backend.hpp"
#include "base/clock.hpp"

namespace taskworker {

// SUCCESS, FAILURE or REVOKED: no other state will follow (celery/states.py: READY_STATES).
bool is_ready(const ResultRecord& record);

// What is stored about one task, looked at from outside. One thread; the backend outlives it.
// Everything throws BackendError.
class StoredResult {
public:
    StoredResult(ResultBackend& backend, std::string id) : backend_(backend), id_(std::move(id)) {}

    std::optional<ResultRecord> load() { return backend_.load(id_); }

    // Until the task has ended or until `until`, whichever is first: what is stored then. Tells
    // each state that it sees on the way, the last one included; one that is left within half a
    // second may be missed. Nothing stored: told as nullptr, once.
    using Seen = std::function<void(const ResultRecord*)>;
    std::optional<ResultRecord> watch(const Clock& clock, SteadyPoint until, const Seen& seen);

private:
    ResultBackend& backend_;
    std::string id_;
};

}  // namespace taskworker
