#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "message/result_record.hpp"
#include "message/settlement.hpp"

namespace taskworker {

// Where results lie. Thread-safe for none: one object per thread. Throws BackendError.
class ResultBackend {
public:
    virtual ~ResultBackend() = default;
    virtual void store(const ResultRecord& record) = 0;  // never over a SUCCESS; wakes waiters
    virtual std::optional<ResultRecord> load(std::string_view id) = 0;
    // Until it is ready (SUCCESS, FAILURE, REVOKED) or until `until`: what is stored then.
    virtual std::optional<ResultRecord> wait(std::string_view id, SteadyPoint until) = 0;
    virtual void forget(std::string_view id) = 0;

    // What Celery keeps of a group beside the results of its members.
    virtual void write(const GroupWrite& write) = 0;
    // A tree that was saved: as_tuple() of a group.
    virtual std::optional<Json> load_group(std::string_view id) = 0;
    virtual void forget_group(std::string_view id) = 0;
};

}  // namespace taskworker
