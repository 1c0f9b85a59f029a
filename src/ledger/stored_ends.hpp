#pragma once

#include <memory>
#include <string>

#include "taskworker/config.hpp"

namespace taskworker {

// With broker and results on two servers a kill may strike between the storing of an end and the
// ack: the message comes back though its task has ended, follow-ups included. Not thread-safe.
class StoredEnds {
public:
    virtual ~StoredEnds() = default;
    // Whether the end of this task is stored; if so, whoever waits for it is told once more. Throws
    // BrokerError or BackendError when a server is away.
    virtual bool retell(const std::string& task_id) = 0;
};

// On one server an end and its ack are one step: it then has nothing to tell and asks nobody.
std::unique_ptr<StoredEnds> open_stored_ends(const Settings& settings);

}  // namespace taskworker
