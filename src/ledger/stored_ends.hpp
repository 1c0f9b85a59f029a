#pragma once

#include <memory>
#include <string>

#include "taskworker/config.hpp"

namespace taskworker {

// What the stored results say of a task that was delivered again. Not thread-safe. Throws
// BrokerError or BackendError when a server is away.
class StoredEnds {
public:
    virtual ~StoredEnds() = default;
    // Whether it has ended, follow-ups included; if so, whoever waits for it is told once more.
    // Only with broker and results on two servers a kill may strike between the storing of an end
    // and the ack; on one server that is one step, and nobody is asked.
    virtual bool retell(const std::string& task_id) = 0;
    // For who has called retell(): whether a SUCCESS is stored all the same.
    virtual bool succeeded(const std::string& task_id) = 0;
};

std::unique_ptr<StoredEnds> open_stored_ends(const Settings& settings);

}  // namespace taskworker
