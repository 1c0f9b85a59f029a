#pragma once

#include "message/event.hpp"

namespace taskworker {

// The one stream of events: log, metrics and celeryev listen. on() may be called from any thread
// and must not block.
class Observer {
public:
    virtual ~Observer() = default;
    virtual void on(const Event& event) = 0;
};

}  // namespace taskworker
