#pragma once

#include "lifecycle/inflight.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// What inspection shows of a task (celery/worker/request.py: Request.info). `safe`: arguments as
// the texts that came with the message. A body too large to be opened on the way shows its texts as
// well.
Json request_info(const Delivery& delivery, const std::string& node, bool safe = false);

// The same with what only a running or waiting one has. `acks_late` says whether it is
// acknowledged.
Json request_info(
    const Inflight::Entry& entry, const std::string& node, bool acks_late, bool safe = false
);

}  // namespace taskworker
